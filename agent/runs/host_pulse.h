// Tells a host that hangs from one that is slow, within three seconds instead of
// a call's deadline (R6).
//
// A host that owes answers and says nothing is asked for its `metrics`, which no
// call may hold up (SPEC.md, R-5.4). If that brings no word either while all its
// threads sleep, look after look, nothing in it will ever answer. One that works,
// waits for the disk or for a core of a busy machine is never called hung: the
// calls' own deadlines are for those.
//
// Threads: one at a time. No time of its own: it counts ticks, so that an agent
// that was held up itself blames nobody.
#ifndef SEEP_AGENT_RUNS_HOST_PULSE_H_
#define SEEP_AGENT_RUNS_HOST_PULSE_H_

#include <functional>

#include "absl/time/time.h"

namespace seep::agent {

class HostPulse {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(250);
  static constexpr int kSilentTicks = 3;  // before it is asked
  static constexpr int kAsleepTicks = 6;  // in a row, after it was

  enum class Finding { kNothing, kAskIt, kHung };
  // Since the last tick: whether anything was `heard`, whether the host `owes`
  // an answer; `asleep` is looked at only when it matters.
  Finding Tick(bool heard, bool owes, const std::function<bool()>& asleep) {
    if (heard || !owes) {
      silent_ = asleep_ = 0;
      return Finding::kNothing;
    }
    if (++silent_ < kSilentTicks) return Finding::kNothing;
    if (silent_ == kSilentTicks) return Finding::kAskIt;
    asleep_ = asleep() ? asleep_ + 1 : 0;
    return asleep_ >= kAsleepTicks ? Finding::kHung : Finding::kNothing;
  }

 private:
  int silent_ = 0, asleep_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_HOST_PULSE_H_
