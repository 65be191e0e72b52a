#include "common/event_loop/simulated_event_loop.h"

#include <algorithm>
#include <utility>

namespace seep {

bool SimulatedEventLoop::TryPost(Task task) {
  if (posted_.size() >= kTryPostCapacity) return false;
  posted_.push_back(std::move(task));
  return true;
}

TimerId SimulatedEventLoop::RunAfter(absl::Duration delay, Task task) {
  return timers_.Add(clock_.Now() + std::max(delay, absl::ZeroDuration()), std::move(task));
}

int SimulatedEventLoop::RunReady() {
  int ran = 0;
  while (true) {
    if (!posted_.empty()) {
      Task task = std::move(posted_.front());
      posted_.pop_front();
      task();
    } else if (auto due = timers_.PopDue(clock_.Now()); due.has_value()) {
      (*due)();
    } else {
      return ran;
    }
    ++ran;
  }
}

void SimulatedEventLoop::Advance(absl::Duration by) {
  const MonotonicTime end = clock_.Now() + by;
  RunReady();
  while (true) {
    const auto due = timers_.NextDue();
    if (!due.has_value() || *due > end) break;
    if (*due > clock_.Now()) clock_.Advance(*due - clock_.Now());
    RunReady();
  }
  if (end > clock_.Now()) clock_.Advance(end - clock_.Now());
  RunReady();
}

bool SimulatedEventLoop::RunUntil(const std::function<bool()>& done, absl::Duration limit) {
  const MonotonicTime end = clock_.Now() + limit;
  RunReady();
  while (!done()) {
    const auto due = timers_.NextDue();
    if (!due.has_value() || *due > end) return false;
    if (*due > clock_.Now()) clock_.Advance(*due - clock_.Now());
    RunReady();
  }
  return true;
}

}  // namespace seep
