// Where the pace of one part of a scenario stands. It spans the generations of
// a run: a ramp goes on where it was, and what should have begun while the
// target was down waits or is dropped like anything else that found no place.
//
// Threads: the loop's only.
// Bounds:  as many waiting arrivals as the pace's backlog.
#ifndef SEEP_AGENT_PACING_PACE_STATE_H_
#define SEEP_AGENT_PACING_PACE_STATE_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "agent/pacing/arrival_times.h"
#include "common/clock/clock.h"

namespace seep::agent {

struct PaceState {
  std::optional<MonotonicTime> began;
  std::optional<ArrivalTimes> arrivals;
  std::optional<MonotonicTime> next;    // arrival that has not come yet
  std::deque<MonotonicTime> waiting;    // arrivals that found no place, oldest first
  std::uint64_t dropped = 0;            // arrivals that found the backlog full
  std::optional<Random> think;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_PACING_PACE_STATE_H_
