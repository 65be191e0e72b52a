// What a coroutine can wait for besides calls: time, events, other coroutines.
//
// Threads: the loop's only. All resume through the loop, never inside the
//          caller of Stop, Push or Leave.
// Owns:    the parked coroutines' tickets. Each borrows the loop and must
//          outlive those that wait on it.
#ifndef SEEP_AGENT_ASYNC_WAITING_H_
#define SEEP_AGENT_ASYNC_WAITING_H_

#include <coroutine>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "agent/async/async.h"
#include "common/event_loop/event_loop.h"
#include "common/status/check.h"

namespace seep::agent {

// Sleeps that end early, all at once, when it is told to stop.
class StopSignal {
 public:
  explicit StopSignal(EventLoop& loop) : loop_(loop) {}
  StopSignal(const StopSignal&) = delete;

  bool stopped() const { return stopped_; }
  // Wakes every sleeper; later sleeps end at once. For good.
  void Stop();

  class Sleeper {
   public:
    Sleeper(StopSignal& signal, absl::Duration duration) : signal_(signal), duration_(duration) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) { signal_.Park(duration_, caller); }
    bool await_resume() const { return !signal_.stopped(); }  // true: slept in full

   private:
    StopSignal& signal_;
    absl::Duration duration_;
  };
  // Always yields to the loop, even for no time at all.
  Sleeper Sleep(absl::Duration duration) { return Sleeper(*this, duration); }

 private:
  struct Parked {
    TimerId timer;
    std::coroutine_handle<> caller;
  };
  void Park(absl::Duration duration, std::coroutine_handle<> caller);

  EventLoop& loop_;
  bool stopped_ = false;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Parked> parked_;
};

// Events for one coroutine, in order.
template <typename T>
class Inbox {
 public:
  explicit Inbox(EventLoop& loop) : loop_(loop) {}
  Inbox(const Inbox&) = delete;

  void Push(T item) {
    items_.push_back(std::move(item));
    if (waiter_) loop_.Post([waiter = std::exchange(waiter_, nullptr)] { waiter.resume(); });
  }

  class Receiver {
   public:
    explicit Receiver(Inbox& inbox) : inbox_(inbox) {}
    bool await_ready() const noexcept { return !inbox_.items_.empty(); }
    void await_suspend(std::coroutine_handle<> caller) {
      SEEP_CHECK(!inbox_.waiter_) << "an inbox has one reader";
      inbox_.waiter_ = caller;
    }
    T await_resume() {
      T item = std::move(inbox_.items_.front());
      inbox_.items_.pop_front();
      return item;
    }

   private:
    Inbox& inbox_;
  };
  Receiver Next() { return Receiver(*this); }

 private:
  EventLoop& loop_;
  std::deque<T> items_;
  std::coroutine_handle<> waiter_;
};

// Coroutines that run side by side, and waiting for all of them.
class TaskGroup {
 public:
  explicit TaskGroup(EventLoop& loop) : loop_(loop) {}
  TaskGroup(const TaskGroup&) = delete;

  void Add(Async<void> work) {
    ++running_;
    Spawn(std::move(work), [this] { Leave(); });
  }
  int running() const { return running_; }

  class Joiner {
   public:
    explicit Joiner(TaskGroup& group) : group_(group) {}
    bool await_ready() const noexcept { return group_.running_ == 0; }
    void await_suspend(std::coroutine_handle<> caller) { group_.joiner_ = caller; }
    void await_resume() const noexcept {}

   private:
    TaskGroup& group_;
  };
  Joiner Join() { return Joiner(*this); }

 private:
  void Leave() {
    if (--running_ == 0 && joiner_) {
      loop_.Post([joiner = std::exchange(joiner_, nullptr)] { joiner.resume(); });
    }
  }

  EventLoop& loop_;
  int running_ = 0;
  std::coroutine_handle<> joiner_;
};

// Whether `work` ended within `limit`. If not it goes on, as part of `group`.
Async<bool> FinishedWithin(EventLoop& loop, TaskGroup& group, absl::Duration limit, Async<void> work);

}  // namespace seep::agent

#endif  // SEEP_AGENT_ASYNC_WAITING_H_
