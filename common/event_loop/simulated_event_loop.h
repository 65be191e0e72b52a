// The loop for tests and simulations: time passes only in Advance and RunUntil,
// which run every task and timer in their order.
//
// Threads: one.
// Owns:    its tasks. Borrows `clock`; several loops may share one clock when
//          a SimulatedWorld-like caller steps them together through NextDue.
#ifndef SEEP_COMMON_EVENT_LOOP_SIMULATED_EVENT_LOOP_H_
#define SEEP_COMMON_EVENT_LOOP_SIMULATED_EVENT_LOOP_H_

#include <deque>
#include <functional>

#include "common/clock/fake_clock.h"
#include "common/event_loop/event_loop.h"
#include "common/event_loop/timer_queue.h"

namespace seep {

class SimulatedEventLoop : public EventLoop {
 public:
  explicit SimulatedEventLoop(FakeClock& clock) : clock_(clock) {}

  const Clock& clock() const override { return clock_; }
  void Post(Task task) override { posted_.push_back(std::move(task)); }
  bool TryPost(Task task) override;
  TimerId RunAfter(absl::Duration delay, Task task) override;
  void Cancel(TimerId timer) override { timers_.Cancel(timer); }
  bool OnLoop() const override { return true; }

  // Runs what is due now, without moving the clock; returns how many ran.
  int RunReady();
  // Moves the clock from timer to timer until `by` has passed.
  void Advance(absl::Duration by);
  // Advances until `done` holds or `limit` has passed; whether it held.
  bool RunUntil(const std::function<bool()>& done, absl::Duration limit);
  std::optional<MonotonicTime> NextDue() const { return timers_.NextDue(); }

 private:
  FakeClock& clock_;
  TimerQueue timers_;
  std::deque<Task> posted_;
};

}  // namespace seep

#endif  // SEEP_COMMON_EVENT_LOOP_SIMULATED_EVENT_LOOP_H_
