// The connect_cancel scenario: connects whose time is too short, so that the SDK
// must take down what it had begun to build.
//
// Threads: the loop's only.
// Failure: one that was quicker than its deadline is taken down in order and
//          counted as a late cancel; other failures count by kind.
#ifndef SEEP_AGENT_SCENARIO_CANCELLED_CONNECTS_H_
#define SEEP_AGENT_SCENARIO_CANCELLED_CONNECTS_H_

#include <cstdint>
#include <string>

#include "agent/scenario/wallet.h"
#include "common/os/random.h"

namespace seep::agent {

class CancelledConnects {
 public:
  explicit CancelledConnects(ScenarioContext& context);
  Async<bool> ConnectAndCancel();

 private:
  Async<bool> TakeDown(std::string instance);

  ScenarioContext& context_;
  const absl::Duration shortest_, longest_;
  Random random_;
  std::uint64_t connects_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_CANCELLED_CONNECTS_H_
