#include "common/clock/fake_clock.h"

namespace seep {

MonotonicTime FakeClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

WallTime FakeClock::WallNow() const {
  absl::MutexLock lock(&mutex_);
  return WallTime(wall_);
}

void FakeClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  now_ = now_ + by;
  wall_ += by;
}

void FakeClock::JumpWall(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  wall_ += by;
}

}  // namespace seep
