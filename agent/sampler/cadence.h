// A steady grid of due times: lateness never shifts what follows, and what was
// missed is skipped, not made up for.
#ifndef SEEP_AGENT_SAMPLER_CADENCE_H_
#define SEEP_AGENT_SAMPLER_CADENCE_H_

#include "common/clock/clock.h"

namespace seep::agent {

class Cadence {
 public:
  // The first is due at once. `interval` > 0.
  Cadence(MonotonicTime start, absl::Duration interval) : next_(start), interval_(interval) {}
  MonotonicTime next() const { return next_; }
  // Moves to the first point of the grid after `now`; true if one was due.
  bool TakeDue(MonotonicTime now) {
    if (now < next_) return false;
    absl::Duration rest;
    next_ = next_ + interval_ * (absl::IDivDuration(now - next_, interval_, &rest) + 1);
    return true;
  }

 private:
  MonotonicTime next_;
  absl::Duration interval_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_CADENCE_H_
