#include "common/os/system_clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace seep {

MonotonicTime SystemClock::Now() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return MonotonicTime(absl::DurationFromTimespec(now));
}

WallTime SystemClock::WallNow() const {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return WallTime(absl::TimeFromTimespec(now));
}

void PauseThread(absl::Duration duration) { absl::SleepFor(duration); }

}  // namespace seep
