// One client stream, written a message at a time: the next is taken once the one
// before is on its way, which is all the flow control a sender needs.
//
// Threads: Write, End and Done from one; the reactions on gRPC's.
// Owns:    its call; the destructor cancels it and waits for its end.
#ifndef SEEP_CLI_CONTROL_STREAM_SENDER_H_
#define SEEP_CLI_CONTROL_STREAM_SENDER_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "cli/control/wakeup.h"

namespace seep::cli {

template <typename Request, typename Response>
class StreamSender : public grpc::ClientWriteReactor<Request> {
 public:
  explicit StreamSender(Wakeup& wakeup) : wakeup_(wakeup) {}
  ~StreamSender() override {
    if (!started_) return;
    context_.TryCancel();
    Release();
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(+[](std::optional<grpc::Status>* done) { return done->has_value(); }, &done_));
  }

  grpc::ClientContext* context() { return &context_; }
  Response* response() { return &response_; }

  // After the stub bound the call to this.
  void Start() {
    started_ = true;
    // Writes are started outside reactions; the hold keeps OnDone from coming
    // before the last of them.
    this->AddHold();
    this->StartCall();
  }

  // Whether a message may be written; after a write failed it never may.
  bool Ready() {
    absl::MutexLock lock(&mutex_);
    return !writing_ && !broken_;
  }
  bool Broken() {
    absl::MutexLock lock(&mutex_);
    return broken_;
  }
  // When Ready.
  void Write(Request message) {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = true;
      outgoing_ = std::move(message);
    }
    this->StartWrite(&outgoing_);
  }
  // Nothing more comes. When Ready, or broken.
  void End() {
    if (!Broken()) this->StartWritesDone();
    Release();
  }
  std::optional<grpc::Status> Done() {
    absl::MutexLock lock(&mutex_);
    return done_;
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    broken_ |= !ok;
    wakeup_.Notify();
  }
  void OnDone(const grpc::Status& status) override {
    absl::MutexLock lock(&mutex_);
    done_ = status;
    wakeup_.Notify();
  }

 private:
  void Release() {
    if (!std::exchange(released_, true)) this->RemoveHold();
  }

  Wakeup& wakeup_;
  grpc::ClientContext context_;
  bool started_ = false, released_ = false;
  Response response_;
  absl::Mutex mutex_;
  Request outgoing_;  // gRPC's while `writing_`
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> done_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seep::cli

#endif  // SEEP_CLI_CONTROL_STREAM_SENDER_H_
