// Timers in the order of their due times, ties in the order they were set.
//
// Threads: one; each loop owns one.
#ifndef SEEP_COMMON_EVENT_LOOP_TIMER_QUEUE_H_
#define SEEP_COMMON_EVENT_LOOP_TIMER_QUEUE_H_

#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/event_loop/event_loop.h"

namespace seep {

class TimerQueue {
 public:
  TimerId Add(MonotonicTime due, Task task);
  void Cancel(TimerId timer);
  std::optional<MonotonicTime> NextDue() const;
  // The earliest task due at or before `now`, removed; none: nullopt.
  std::optional<Task> PopDue(MonotonicTime now);
  bool empty() const { return tasks_.empty(); }

 private:
  using Key = std::pair<MonotonicTime, TimerId>;
  std::map<Key, Task> tasks_;
  absl::flat_hash_map<TimerId, MonotonicTime> due_;
  std::uint64_t last_id_ = 0;
};

}  // namespace seep

#endif  // SEEP_COMMON_EVENT_LOOP_TIMER_QUEUE_H_
