// Coroutines on the event loop, so that a scenario reads as what it does.
//
//   Async<int> Balance(Wallet& wallet) { ...; co_return co_await wallet.GetInfo(); }
//   Spawn(Story(), [] { /* it is over */ });
//
// Threads: the loop's only.
// Owns:    an Async owns its frame. One that began runs to its end: whatever it
//          waits for answers exactly once, cancelled calls and sleeps included,
//          so no frame is ever destroyed half way.
// Failure: nothing throws; an exception that escapes ends the process.
#ifndef SEEP_AGENT_ASYNC_ASYNC_H_
#define SEEP_AGENT_ASYNC_ASYNC_H_

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace seep::agent {

template <typename T>
class Async;

namespace internal {

struct PromiseBase {
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <typename P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
      const auto next = self.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() const noexcept { std::terminate(); }
  std::coroutine_handle<> continuation;
};

template <typename T>
struct Promise : PromiseBase {
  Async<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
  T Take() { return std::move(*value); }
  std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
  Async<void> get_return_object();
  void return_void() const noexcept {}
  void Take() const noexcept {}
};

// Starts at once and frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace internal

// A computation that starts when awaited (once).
template <typename T>
class [[nodiscard]] Async {
 public:
  using promise_type = internal::Promise<T>;
  explicit Async(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  Async(Async&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Async& operator=(Async&&) = delete;
  ~Async() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    frame_.promise().continuation = caller;
    return frame_;
  }
  T await_resume() { return frame_.promise().Take(); }

 private:
  std::coroutine_handle<promise_type> frame_;
};

namespace internal {
template <typename T>
Async<T> Promise<T>::get_return_object() {
  return Async<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Async<void> Promise<void>::get_return_object() {
  return Async<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
inline Detached Drive(Async<void> work, std::function<void()> done) {
  co_await work;
  if (done) done();
}
}  // namespace internal

inline void Spawn(Async<void> work, std::function<void()> done = {}) {
  internal::Drive(std::move(work), std::move(done));
}

// Awaits a callback: `start` gets a function that must be called exactly once,
// later (never from inside `start`). Name it before awaiting it:
//   CallbackAwaiter<Reply> reply([&](auto done) { client.Call(..., done); });
//   co_return co_await reply;
template <typename T>
class CallbackAwaiter {
 public:
  using Start = std::function<void(std::function<void(T)>)>;
  explicit CallbackAwaiter(Start start) : start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) {
    start_([this, caller](T value) {
      value_.emplace(std::move(value));
      caller.resume();
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Start start_;
  std::optional<T> value_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_ASYNC_ASYNC_H_
