// Many inside together, or one alone; first come, first in.
//
//   co_await gate.Enter();  ...;  gate.Leave();
//
// Threads: the loop's only. Those who wait resume through the loop.
// Failure: who enters must leave, or nobody is ever alone again.
#ifndef SEEP_AGENT_ASYNC_SHARED_GATE_H_
#define SEEP_AGENT_ASYNC_SHARED_GATE_H_

#include <coroutine>
#include <deque>

#include "common/event_loop/event_loop.h"

namespace seep::agent {

class SharedGate {
 public:
  explicit SharedGate(EventLoop& loop) : loop_(loop) {}
  SharedGate(const SharedGate&) = delete;

  class Entrance {
   public:
    Entrance(SharedGate& gate, bool alone) : gate_(gate), alone_(alone) {}
    bool await_ready() { return gate_.waiting_.empty() && gate_.Admit(alone_); }
    void await_suspend(std::coroutine_handle<> caller) { gate_.waiting_.push_back({caller, alone_}); }
    void await_resume() const noexcept {}

   private:
    SharedGate& gate_;
    bool alone_;
  };
  Entrance Enter() { return {*this, false}; }
  Entrance EnterAlone() { return {*this, true}; }

  void Leave() {
    alone_ = false;
    --inside_;
    while (!waiting_.empty() && Admit(waiting_.front().alone)) {
      loop_.Post([caller = waiting_.front().caller] { caller.resume(); });
      waiting_.pop_front();
    }
  }

 private:
  struct Waiting {
    std::coroutine_handle<> caller;
    bool alone;
  };
  bool Admit(bool alone) {
    if (alone_ || (alone && inside_ > 0)) return false;
    alone_ = alone;
    ++inside_;
    return true;
  }

  EventLoop& loop_;
  std::deque<Waiting> waiting_;
  int inside_ = 0;
  bool alone_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_ASYNC_SHARED_GATE_H_
