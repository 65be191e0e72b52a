// A clock that moves only when a test says so. Starts one hour after boot, on
// 2026-01-01 00:00:00 UTC.
//
// Threads: safe from any.
#ifndef SEEP_COMMON_CLOCK_FAKE_CLOCK_H_
#define SEEP_COMMON_CLOCK_FAKE_CLOCK_H_

#include "absl/synchronization/mutex.h"
#include "common/clock/clock.h"

namespace seep {

class FakeClock : public Clock {
 public:
  MonotonicTime Now() const override;
  WallTime WallNow() const override;

  void Advance(absl::Duration by);    // both clocks
  void JumpWall(absl::Duration by);   // the calendar alone, as ntp or a human would

 private:
  mutable absl::Mutex mutex_;
  MonotonicTime now_ ABSL_GUARDED_BY(mutex_){absl::Hours(1)};
  absl::Time wall_ ABSL_GUARDED_BY(mutex_) = absl::FromUnixSeconds(1767225600);
};

}  // namespace seep

#endif  // SEEP_COMMON_CLOCK_FAKE_CLOCK_H_
