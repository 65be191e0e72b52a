// The machine's clocks: CLOCK_MONOTONIC and CLOCK_REALTIME.
//
// Threads: safe from any.
#ifndef SEEP_COMMON_OS_SYSTEM_CLOCK_H_
#define SEEP_COMMON_OS_SYSTEM_CLOCK_H_

#include "common/clock/clock.h"

namespace seep {

class SystemClock : public Clock {
 public:
  MonotonicTime Now() const override;
  WallTime WallNow() const override;
};

// For threads at the edges that have nothing to wait on. Never in domain code.
void PauseThread(absl::Duration duration);

}  // namespace seep

#endif  // SEEP_COMMON_OS_SYSTEM_CLOCK_H_
