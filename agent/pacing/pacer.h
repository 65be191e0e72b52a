// Runs a scenario's ticks at their pace.
//
// Closed loop: each worker begins its next tick `interval` after the start of
// the last one (at once if that took longer), and no sooner than `think_time`
// after its end.
// Open loop: ticks are meant to begin at the arrival times, whatever the target
// does. One that finds `max_in_flight` others under way waits; one that finds
// `backlog` others waiting is dropped and counted. Latencies count from the
// intended start: a target that stalls for 10 s is seen to be slow by all that
// arrived in those 10 s, not by one (coordinated omission).
//
// Threads: the loop's only.
// Owns:    nothing but the ticks under way; borrows the rest until Run is over.
#ifndef SEEP_AGENT_PACING_PACER_H_
#define SEEP_AGENT_PACING_PACER_H_

#include <functional>

#include "agent/async/waiting.h"
#include "agent/latency/operation_times.h"
#include "agent/pacing/pace_state.h"

namespace seep::agent {

// One tick's place in the pace.
struct Turn {
  MonotonicTime intended;
  absl::Duration late;  // how much later it began
};

enum class TickResult {
  kGood,
  kFailed,
  kCutShort,     // by a stop; says nothing
  kNotMeasured,  // good, but maintenance: its length is by design
  kNothingLeft,  // there is no more to do; others under way may yet fail and leave some
};

class Pacer {
 public:
  using Tick = std::function<Async<TickResult>(Turn)>;

  // `seed` is the run's; `part` names what is paced, for its stream of chance.
  Pacer(EventLoop& loop, StopSignal& stop, const v1::Pace& pace, PaceState& state, OperationTimes& times,
        std::uint64_t seed, std::string part);

  // Until stopped, or nothing is left to do. In a closed loop `workers` tick
  // side by side; in an open one, whatever that is, up to max_in_flight.
  // Records each measured tick as an "iteration".
  Async<void> Run(std::uint32_t workers, Tick tick);

  int in_flight() const { return in_flight_; }

 private:
  Async<void> WorkClosed();
  Async<void> Dispatch();
  void Arrive(MonotonicTime intended);
  Async<void> WorkOpen(MonotonicTime intended);
  Async<TickResult> TickOnce(MonotonicTime intended);
  absl::Duration ThinkTime();

  EventLoop& loop_;
  StopSignal& stop_;
  const v1::Pace& pace_;
  PaceState& state_;
  OperationTimes& times_;
  Tick tick_;
  TaskGroup group_;
  int in_flight_ = 0;
  bool nothing_left_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_PACING_PACER_H_
