#include "common/event_loop/timer_queue.h"

namespace seep {

TimerId TimerQueue::Add(MonotonicTime due, Task task) {
  const TimerId id{++last_id_};
  tasks_.emplace(Key{due, id}, std::move(task));
  due_.emplace(id, due);
  return id;
}

void TimerQueue::Cancel(TimerId timer) {
  auto found = due_.find(timer);
  if (found == due_.end()) return;
  tasks_.erase(Key{found->second, timer});
  due_.erase(found);
}

std::optional<MonotonicTime> TimerQueue::NextDue() const {
  if (tasks_.empty()) return std::nullopt;
  return tasks_.begin()->first.first;
}

std::optional<Task> TimerQueue::PopDue(MonotonicTime now) {
  auto first = tasks_.begin();
  if (first == tasks_.end() || first->first.first > now) return std::nullopt;
  Task task = std::move(first->second);
  due_.erase(first->first.second);
  tasks_.erase(first);
  return task;
}

}  // namespace seep
