#include "agent/scenario/pacer.h"

#include <algorithm>

namespace seep::agent {
namespace {
constexpr absl::Duration kMaxArrears = absl::Seconds(1);
}

Pacer::Pacer(EventLoop& loop, StopSignal& stop, const v1::Pace& pace)
    : loop_(loop), stop_(stop), interval_(absl::Milliseconds(pace.interval_ms())),
      period_(pace.rate_per_second() > 0 ? absl::Seconds(1 / pace.rate_per_second()) : absl::ZeroDuration()),
      next_(loop.clock().Now()) {}

StopSignal::Sleeper Pacer::Pause() {
  if (period_ == absl::ZeroDuration()) return stop_.Sleep(interval_);
  const MonotonicTime now = loop_.clock().Now();
  next_ = std::max(next_ + period_, now - kMaxArrears);
  return stop_.Sleep(std::max(next_ - now, absl::ZeroDuration()));
}

}  // namespace seep::agent
