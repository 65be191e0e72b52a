// What a tick does beyond the seeds': invoke, concurrent callers, failures,
// cancelled connects and the mix, in that order.
//
// Threads: the loop's only.
// Chance:  the n-th draw of a mix is the same whatever happened before it, in
//          whichever generation it falls (R14).
#ifndef SEEP_AGENT_SCENARIO_TICK_EXTRAS_H_
#define SEEP_AGENT_SCENARIO_TICK_EXTRAS_H_

#include <cstdint>
#include <functional>

#include "agent/scenario/operations.h"

namespace seep::agent {

class TickExtras {
 public:
  // What a mix may draw that concerns instances as wholes: the engine's to do.
  struct OfInstances {
    std::function<Async<bool>(Wallet&)> reconnect;
    std::function<Async<bool>()> churn_listeners;
    std::function<Async<bool>()> live_lifecycle;
  };
  TickExtras(ScenarioContext& context, Operations& operations, Wallet& alice, Wallet& bob, OfInstances of_instances);
  // Whether all of it was good.
  Async<bool> Tick();

 private:
  Async<bool> InvokeAll();
  Async<bool> CallTogether();
  Async<void> CallOnce(std::string operation, bool& good);
  Async<bool> FailAll();
  Async<bool> DrawFromMix();

  ScenarioContext& context_;
  const v1::ScenarioSpec& spec_;
  Operations& operations_;
  Wallet& alice_;
  Wallet& bob_;
  const OfInstances of_instances_;
  std::uint64_t ticks_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_TICK_EXTRAS_H_
