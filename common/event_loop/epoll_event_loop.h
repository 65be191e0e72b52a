// The real loop: epoll, an eventfd for posts, timers from a TimerQueue.
//
// Threads: Run blocks the thread that calls it, which becomes the loop's;
//          Post, TryPost, OnLoop and Stop from any; the rest on the loop, or
//          before Run by the thread that will call it.
// Owns:    its descriptors, not the watched ones. Borrows `clock`.
// Failure: constructing checks that the kernel gives the descriptors.
#ifndef SEEP_COMMON_EVENT_LOOP_EPOLL_EVENT_LOOP_H_
#define SEEP_COMMON_EVENT_LOOP_EPOLL_EVENT_LOOP_H_

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/event_loop/event_loop.h"
#include "common/event_loop/timer_queue.h"
#include "common/os/unique_fd.h"

namespace seep {

class EpollEventLoop : public EventLoop {
 public:
  explicit EpollEventLoop(const Clock& clock);
  ~EpollEventLoop() override;

  const Clock& clock() const override { return clock_; }
  void Post(Task task) override;
  bool TryPost(Task task) override;
  TimerId RunAfter(absl::Duration delay, Task task) override;
  void Cancel(TimerId timer) override;
  bool OnLoop() const override;

  // Calls `ready` with the epoll events (level-triggered) until Unwatch. The
  // callback may unwatch any descriptor, its own included.
  using Ready = std::function<void(std::uint32_t events)>;
  void Watch(int fd, std::uint32_t events, Ready ready);
  void Rewatch(int fd, std::uint32_t events);  // changes the interest
  void Unwatch(int fd);

  // Runs until Stop; tasks posted before Stop still run.
  void Run();
  void Stop();

 private:
  void Wake();
  void RunPosted();
  void RunDueTimers();
  int WaitMillis();
  bool HasPosted();

  const Clock& clock_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::atomic<std::thread::id> thread_;
  std::atomic<bool> stopping_{false};
  TimerQueue timers_;
  absl::flat_hash_map<int, std::shared_ptr<Ready>> watches_;
  absl::Mutex mutex_;
  std::deque<Task> posted_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep

#endif  // SEEP_COMMON_EVENT_LOOP_EPOLL_EVENT_LOOP_H_
