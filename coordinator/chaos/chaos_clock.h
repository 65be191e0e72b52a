// How long ago a run began, as far as the coordinator can tell: the anchor that
// planned fault times are counted from.
//
// Samples carry the run's own monotonic time, so each gives an upper bound for
// the beginning; the earliest bound wins. The agent's calendar serves only
// until the first sample has come (after a restart of the coordinator).
//
// Threads: coordinator loop.
#ifndef SEEP_COORDINATOR_CHAOS_CHAOS_CLOCK_H_
#define SEEP_COORDINATOR_CHAOS_CHAOS_CLOCK_H_

#include <algorithm>
#include <optional>

#include "common/clock/clock.h"

namespace seep::coordinator {

class ChaosClock {
 public:
  // A sample of the run's instant `elapsed` was seen at `now`.
  void NoteElapsed(MonotonicTime now, absl::Duration elapsed) {
    const MonotonicTime bound = now - elapsed;
    if (!exact_ || !began_ || bound < *began_) began_ = bound;
    exact_ = true;
  }
  void NoteRoughElapsed(MonotonicTime now, absl::Duration elapsed) {
    if (!began_) began_ = now - std::max(elapsed, absl::ZeroDuration());
  }
  bool known() const { return began_.has_value(); }
  absl::Duration Elapsed(MonotonicTime now) const { return began_ ? now - *began_ : absl::ZeroDuration(); }

 private:
  std::optional<MonotonicTime> began_;
  bool exact_ = false;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CHAOS_CHAOS_CLOCK_H_
