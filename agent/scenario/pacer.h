// When the next tick is due: a pause after each, or a steady rate.
//
// Threads: the loop's only. Several workers may share one; a rate is then
//          theirs together.
#ifndef SEEP_AGENT_SCENARIO_PACER_H_
#define SEEP_AGENT_SCENARIO_PACER_H_

#include "agent/async/waiting.h"
#include "seep/v1/campaign.pb.h"

namespace seep::agent {

class Pacer {
 public:
  Pacer(EventLoop& loop, StopSignal& stop, const v1::Pace& pace);
  // Awaitable. At a rate, a tick that took too long is caught up with, but at
  // most a second of arrears: a stall must not end in a burst.
  StopSignal::Sleeper Pause();

 private:
  EventLoop& loop_;
  StopSignal& stop_;
  const absl::Duration interval_;
  const absl::Duration period_;  // zero: by interval
  MonotonicTime next_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_PACER_H_
