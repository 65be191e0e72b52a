// The host's standard output: whole lines, one writer, bounded.
//
// Threads: Send* from any, they never block; one thread of its own writes.
// Owns:    the descriptor. Borrows `clock`.
// Failure: once the reader is gone everything is dropped in silence; end of
//          input will end the host.
// Bound:   notifications are dropped, counted and reported as one `log` line
//          when more than 1,000 a second come or kMaxQueuedBytes
//          wait. Answers are never dropped; WaitForRoom, called before the
//          next request is read, is what bounds them.
#ifndef SEEP_SDK_DRIVER_HOST_OUTPUT_CHANNEL_H_
#define SEEP_SDK_DRIVER_HOST_OUTPUT_CHANNEL_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/os/unique_fd.h"

namespace seep::driver_host {

class OutputChannel {
 public:
  static constexpr std::size_t kMaxQueuedBytes = 4 << 20;

  OutputChannel(UniqueFd fd, const Clock& clock);
  ~OutputChannel();  // drops what is not written yet: Flush first

  void SendAnswer(std::string_view line);
  void SendNotification(std::string_view line);
  // Whether there is room; waits up to `limit` for it.
  bool WaitForRoom(absl::Duration limit);
  // Whether all was written in time.
  bool Flush(absl::Duration limit);

 private:
  void Write();
  bool TakeToken() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReportDrops() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closed_ || (queue_.empty() && !writing_);
  }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || !queue_.empty(); }
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closed_ || queue_.size() < kMaxQueuedBytes;
  }

  const UniqueFd fd_;
  const UniqueFd stop_fd_;  // an eventfd: wakes the writer out of a full pipe
  const Clock& clock_;
  // std, not absl: ThreadSanitizer does not see into Debian's Abseil, and a
  // host must stay checkable by it.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  double tokens_ ABSL_GUARDED_BY(mutex_);
  MonotonicTime refilled_ ABSL_GUARDED_BY(mutex_);
  std::int64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread writer_;
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_OUTPUT_CHANNEL_H_
