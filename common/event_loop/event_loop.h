// The one loop that owns a process's domain state.
//
// Threads: Post and OnLoop from any thread; everything else on the loop.
// Failure: none; a task must not throw.
#ifndef SEEP_COMMON_EVENT_LOOP_EVENT_LOOP_H_
#define SEEP_COMMON_EVENT_LOOP_EVENT_LOOP_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace seep {

using Task = absl::AnyInvocable<void()>;
enum class TimerId : std::uint64_t { kNone = 0 };

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  virtual const Clock& clock() const = 0;

  // Runs `task` on the loop, after all posted before it. The queue has no cap
  // of its own: whoever posts at the pace of the outside world bounds itself
  // first (a window, a TryPost). Tasks posted after the loop ended are dropped.
  virtual void Post(Task task) = 0;

  // As Post, but refuses (false) when `kTryPostCapacity` tasks already wait;
  // the caller's stated overflow policy then applies.
  virtual bool TryPost(Task task) = 0;
  static constexpr int kTryPostCapacity = 16384;

  // One shot, not before `delay` from now; zero and negative run at the next
  // turn. Timers that are due together run in the order they were set.
  virtual TimerId RunAfter(absl::Duration delay, Task task) = 0;

  // Harmless for timers that ran or were never set.
  virtual void Cancel(TimerId timer) = 0;

  virtual bool OnLoop() const = 0;
};

}  // namespace seep

#endif  // SEEP_COMMON_EVENT_LOOP_EVENT_LOOP_H_
