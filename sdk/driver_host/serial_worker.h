// A thread that runs tasks one after the other, in the order they came.
//
// Threads: Post and Finish from any; tasks run on the worker's own thread.
// Bound:   the caller's (the dispatcher counts requests in flight).
#ifndef SEEP_SDK_DRIVER_HOST_SERIAL_WORKER_H_
#define SEEP_SDK_DRIVER_HOST_SERIAL_WORKER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace seep::driver_host {

class SerialWorker {
 public:
  SerialWorker();
  ~SerialWorker();  // runs what is queued, then joins: blocks on a stuck task

  void Post(std::function<void()> task);
  // No more tasks will come. Does not wait.
  void Finish();
  // After Finish: whether the thread got to its end within the limit.
  bool WaitUntilDone(absl::Duration limit);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_SERIAL_WORKER_H_
