// Runs the calls of one instance: as many side by side as it is wide, but
// those that begin or end something alone, each in its place.
//
//   connect │ send, sync, get_info … side by side │ disconnect │ destroy
//
// What comes first starts first. A call that is alone waits until all before it
// are answered; all after it wait until it is answered. A lane of width 1 thus
// runs and answers one after the other.
//
// Threads: Post and Finish from any; calls run on the lane's own threads. There
//          is one from the start; others come when calls overlap, and stay: a
//          client that waits for each answer never causes a second.
// Failure: the constructor throws std::system_error when the system gives no
//          thread; where it gives no further one, calls wait for those there are.
// Bound:   `width` calls at once. What waits is the caller's to bound (the
//          dispatcher counts requests in flight).
#ifndef SEEP_SDK_DRIVER_HOST_CALL_LANE_H_
#define SEEP_SDK_DRIVER_HOST_CALL_LANE_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "sdk/driver_host/instance_calls.h"

namespace seep::driver_host {

class CallLane {
 public:
  enum class Place { kBesideOthers, kAlone };
  struct Task {
    Place place = Place::kAlone;
    std::function<Outcome()> call;
    // Once the call has made room for the next: who has this answer may send
    // another call and will not find the lane full.
    std::function<void(const Outcome&)> answer;
  };

  explicit CallLane(int width);
  ~CallLane();  // runs what is queued, then joins: blocks on a stuck call

  void Post(Task task);
  // No more calls will come. Does not wait.
  void Finish();
  // After Finish: whether all threads got to their end within the limit.
  bool WaitUntilDone(absl::Duration limit);

 private:
  void Run();
  void Carry(Task task, std::unique_lock<std::mutex>& lock) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CanStart() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddThreadIfNeeded() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int width_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  int running_ ABSL_GUARDED_BY(mutex_) = 0;    // calls in the SDK
  int answering_ ABSL_GUARDED_BY(mutex_) = 0;  // back from it, not yet answered
  bool one_alone_ ABSL_GUARDED_BY(mutex_) = false;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  std::size_t ended_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_CALL_LANE_H_
