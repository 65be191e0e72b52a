// Progress and findings of long work, from its thread to one caller, at the
// caller's pace: of progress only the latest is told, findings all (they are few
// by the request's limit).
//
// Threads: Tell, Add and cancelled from any; the rest on the loop.
// Owns:    the stream, until Finish. Borrows the loop.
#ifndef SEEP_COORDINATOR_UPKEEP_UPKEEP_STREAM_H_
#define SEEP_COORDINATOR_UPKEEP_UPKEEP_STREAM_H_

#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "seep/v1/store.pb.h"

namespace seep::coordinator {

template <typename Response>
class UpkeepStream : public std::enable_shared_from_this<UpkeepStream<Response>> {
 public:
  UpkeepStream(EventLoop& loop, Stream<Response> stream) : loop_(loop), stream_(std::move(stream)) {}

  bool cancelled() const { return stream_->cancelled() || gone_.load(); }

  // `change` puts something into the response that is told next.
  template <typename Change>
  void Add(Change change) {
    absl::MutexLock lock(&mutex_);
    change(next_);
    Nudge();
  }
  void Tell(const v1::UpkeepProgress& progress) {
    Add([&](Response& next) { *next.mutable_progress() = progress; });
  }

  // Once; the result, if any, is in what was added last.
  void Finish(absl::Status status) {
    absl::MutexLock lock(&mutex_);
    end_ = std::move(status);
    Nudge();
  }

 private:
  void Nudge() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(nudged_, true)) return;
    loop_.Post([self = this->shared_from_this()] { self->Flush(); });
  }
  // On the loop; one write at a time.
  void Flush() {
    Response response;
    std::optional<absl::Status> end;
    {
      absl::MutexLock lock(&mutex_);
      nudged_ = false;
      if (writing_) return;
      response = std::exchange(next_, Response());
      end = end_;
      writing_ = response.ByteSizeLong() > 0;
    }
    if (response.ByteSizeLong() > 0) {
      return stream_->Write(std::move(response), [self = this->shared_from_this()](bool ok) {
        if (!ok) self->gone_.store(true);
        {
          absl::MutexLock lock(&self->mutex_);
          self->writing_ = false;
        }
        self->Flush();
      });
    }
    if (end) stream_->Finish(*std::move(end));
  }

  EventLoop& loop_;
  const Stream<Response> stream_;
  std::atomic<bool> gone_{false};
  absl::Mutex mutex_;
  Response next_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool nudged_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_UPKEEP_STREAM_H_
