// The lifecycle scenario: build → use → disconnect → destroy, over and over, on
// instances of its own, several workers side by side.
//
// Threads: the loop's only.
// Failure: a lifecycle with a failed step is not counted; its instance is still
//          taken down, and the next one begins.
#ifndef SEEP_AGENT_SCENARIO_LIFECYCLES_H_
#define SEEP_AGENT_SCENARIO_LIFECYCLES_H_

#include <cstdint>
#include <set>
#include <string>

#include "agent/pacing/pacer.h"
#include "agent/scenario/wallet.h"

namespace seep::agent {

class Lifecycles {
 public:
  explicit Lifecycles(ScenarioContext& context);
  // Until stopped, or `count` lifecycles have succeeded.
  Async<void> Run();
  // One, drawn from a mix; timed from now.
  Async<bool> LiveDrawn();

 private:
  Async<TickResult> Tick(Turn turn);
  Async<bool> LiveTimed(MonotonicTime intended);
  Async<bool> LiveOnce(std::uint32_t worker, std::uint64_t number);
  Async<bool> Use(Wallet& wallet);
  Async<bool> UseFor(Wallet& wallet, std::string operation);
  bool Claim();

  ScenarioContext& context_;
  const v1::LifecycleScenario& spec_;
  Pacer pacer_;
  std::set<std::uint32_t> busy_;  // numbers of the lifecycles under way, each with a directory of its own
  std::uint64_t begun_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_LIFECYCLES_H_
