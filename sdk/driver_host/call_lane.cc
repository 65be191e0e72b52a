#include "sdk/driver_host/call_lane.h"

#include <system_error>
#include <utility>

namespace seep::driver_host {

CallLane::CallLane(int width) : width_(width) {
  std::lock_guard lock(mutex_);
  threads_.reserve(static_cast<std::size_t>(width));
  threads_.emplace_back([this] { Run(); });
}

CallLane::~CallLane() {
  Finish();
  // A thread may add another until all is done; afterwards none changes.
  WaitUntilDone(absl::InfiniteDuration());
  for (std::thread& thread : threads_) thread.join();
}

void CallLane::Post(Task task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    AddThreadIfNeeded();
  }
  changed_.notify_all();
}

void CallLane::Finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
}

bool CallLane::WaitUntilDone(absl::Duration limit) {
  std::unique_lock lock(mutex_);
  const auto done = [this] { return ended_ == threads_.size(); };
  if (limit == absl::InfiniteDuration()) {
    changed_.wait(lock, done);
    return true;
  }
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(limit), done);
}

// Only the first in line is looked at: nothing overtakes a call that waits to
// be alone.
bool CallLane::CanStart() const {
  if (tasks_.empty() || one_alone_) return false;
  if (tasks_.front().place == Place::kAlone) return running_ == 0 && answering_ == 0;
  return running_ < width_;
}

// A thread that only has its answer left to give counts as free.
void CallLane::AddThreadIfNeeded() {
  if (!CanStart() || static_cast<std::size_t>(running_) < threads_.size()) return;
  try {
    threads_.emplace_back([this] { Run(); });
  } catch (const std::system_error&) {
    // An SDK that leaks threads gets here: its calls wait for each other.
  }
}

void CallLane::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return CanStart() || (finishing_ && tasks_.empty()); });
    if (tasks_.empty()) break;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    Carry(std::move(task), lock);
  }
  ++ended_;
  changed_.notify_all();
}

// Takes the lock for what is counted, and gives it back held.
void CallLane::Carry(Task task, std::unique_lock<std::mutex>& lock) {
  const bool alone = task.place == Place::kAlone;
  one_alone_ = alone;
  ++running_;
  AddThreadIfNeeded();  // for the next in line
  lock.unlock();
  changed_.notify_all();
  const Outcome outcome = task.call();
  lock.lock();
  --running_;
  ++answering_;
  AddThreadIfNeeded();
  lock.unlock();
  changed_.notify_all();
  task.answer(outcome);
  task = Task();  // what it holds goes before the lock is taken again
  lock.lock();
  --answering_;
  if (alone) one_alone_ = false;
  AddThreadIfNeeded();
  changed_.notify_all();
}

}  // namespace seep::driver_host
