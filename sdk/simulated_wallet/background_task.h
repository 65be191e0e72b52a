// A thread of the wallet with a name, that runs until it is told to stop.
//
// Threads: Start and Stop from one thread; the body gets a StopSignal.
// Owns:    the thread. It must be stopped before the task goes; a task that was
//          never stopped keeps running, and what its body holds stays alive.
#ifndef SEEP_SDK_SIMULATED_WALLET_BACKGROUND_TASK_H_
#define SEEP_SDK_SIMULATED_WALLET_BACKGROUND_TASK_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/os/unique_fd.h"

namespace seep::wallet {

// std, not absl, mutexes in this folder: ThreadSanitizer does not see into
// Debian's Abseil, and the wallet must be provably clean.
class StopSignal {
 public:
  StopSignal();
  void Raise();
  bool raised() const;
  // Sleeps up to `duration`; true, at once, when raised.
  bool WaitFor(absl::Duration duration);
  // Readable once raised: for a body that waits in poll.
  int fd() const { return fd_.get(); }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool raised_ ABSL_GUARDED_BY(mutex_) = false;
  const UniqueFd fd_;
};

class BackgroundTask {
 public:
  BackgroundTask() = default;
  ~BackgroundTask();  // must not be running

  // `name`: at most 15 characters, shown by ps and top.
  void Start(const std::string& name, std::function<void(StopSignal&)> body);
  void Stop();  // joins; harmless when not running
  StopSignal& signal() { return signal_; }

 private:
  StopSignal signal_;
  std::thread thread_;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_BACKGROUND_TASK_H_
