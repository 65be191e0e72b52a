// Time as two types that cannot be confused.
#ifndef SEEP_COMMON_CLOCK_CLOCK_H_
#define SEEP_COMMON_CLOCK_CLOCK_H_

#include <compare>
#include <cstdint>

#include "absl/time/time.h"

namespace seep {

// A point on the clock that never jumps; meaningful within one boot of one
// machine. The only time that durations are computed from.
class MonotonicTime {
 public:
  MonotonicTime() = default;
  explicit MonotonicTime(absl::Duration since_boot) : since_boot_(since_boot) {}

  absl::Duration since_boot() const { return since_boot_; }
  std::int64_t micros() const { return absl::ToInt64Microseconds(since_boot_); }
  static MonotonicTime FromMicros(std::int64_t us) { return MonotonicTime(absl::Microseconds(us)); }

  friend MonotonicTime operator+(MonotonicTime t, absl::Duration d) { return MonotonicTime(t.since_boot_ + d); }
  friend MonotonicTime operator-(MonotonicTime t, absl::Duration d) { return MonotonicTime(t.since_boot_ - d); }
  friend absl::Duration operator-(MonotonicTime a, MonotonicTime b) { return a.since_boot_ - b.since_boot_; }
  friend bool operator==(MonotonicTime a, MonotonicTime b) { return a.since_boot_ == b.since_boot_; }
  friend std::strong_ordering operator<=>(MonotonicTime a, MonotonicTime b) {
    if (a.since_boot_ < b.since_boot_) return std::strong_ordering::less;
    if (b.since_boot_ < a.since_boot_) return std::strong_ordering::greater;
    return std::strong_ordering::equal;
  }

 private:
  absl::Duration since_boot_;
};

// What the calendar says: a label that may jump. No arithmetic on purpose.
class WallTime {
 public:
  WallTime() = default;
  explicit WallTime(absl::Time time) : time_(time) {}
  absl::Time time() const { return time_; }
  std::int64_t micros() const { return absl::ToUnixMicros(time_); }
  static WallTime FromMicros(std::int64_t us) { return WallTime(absl::FromUnixMicros(us)); }

 private:
  absl::Time time_ = absl::UnixEpoch();
};

// Threads: safe from any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime Now() const = 0;
  virtual WallTime WallNow() const = 0;
};

}  // namespace seep

#endif  // SEEP_COMMON_CLOCK_CLOCK_H_
