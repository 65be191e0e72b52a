// The one rule for starting and stopping, everywhere: {stopped,
// running(generation), stopping}. A second Start never makes a second thread
// (the bug that seed 004 describes), and a Start that comes while stopping is
// refused loudly instead of being lost (the flaw of the fix it proposes).
//
//   SEEP_ASSIGN_OR_RETURN(int generation, guard.BeginStart());
//   thread_ = std::thread(...);
//   ...
//   if (guard.BeginStop()) { thread_.join(); guard.FinishStop(); }
//
// Threads: safe from any.
// Failure: BeginStart: kAlreadyExists while running, kUnavailable (retry)
//          while stopping.
#ifndef SEEP_COMMON_EVENT_LOOP_START_GUARD_H_
#define SEEP_COMMON_EVENT_LOOP_START_GUARD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace seep {

class StartGuard {
 public:
  enum class State { kStopped, kRunning, kStopping };

  // `name` appears in errors: "sampler of run 41".
  explicit StartGuard(std::string name) : name_(std::move(name)) {}

  // Claims the right to start; the returned generation counts from 1.
  absl::StatusOr<int> BeginStart();
  // Claims the duty to stop: true for exactly one caller per generation.
  bool BeginStop();
  // The claimed stop is complete. May also undo a BeginStart that failed.
  void FinishStop();

  State state() const;
  int generation() const;

 private:
  const std::string name_;
  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kStopped;
  int generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seep

#endif  // SEEP_COMMON_EVENT_LOOP_START_GUARD_H_
