#include "common/event_loop/start_guard.h"

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace seep {

absl::StatusOr<int> StartGuard::BeginStart() {
  absl::MutexLock lock(&mutex_);
  if (state_ == State::kRunning) {
    return absl::AlreadyExistsError(absl::StrCat(name_, " is already running (generation ", generation_, ")"));
  }
  if (state_ == State::kStopping) {
    return absl::UnavailableError(absl::StrCat(name_, " is still stopping; start it again once it has stopped"));
  }
  state_ = State::kRunning;
  return ++generation_;
}

bool StartGuard::BeginStop() {
  absl::MutexLock lock(&mutex_);
  if (state_ != State::kRunning) return false;
  state_ = State::kStopping;
  return true;
}

void StartGuard::FinishStop() {
  absl::MutexLock lock(&mutex_);
  SEEP_CHECK(state_ != State::kStopped) << name_ << ": FinishStop without a stop to finish";
  state_ = State::kStopped;
}

StartGuard::State StartGuard::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

int StartGuard::generation() const {
  absl::MutexLock lock(&mutex_);
  return generation_;
}

}  // namespace seep
