// One server stream, read a message at a time: the next is asked for when the
// last was taken, which is all the flow control a watcher needs.
//
// Threads: Take and Ended from one; the reactions on gRPC's.
// Owns:    its call; the destructor cancels it and waits for its end.
#ifndef SEEP_CLI_CONTROL_STREAM_READER_H_
#define SEEP_CLI_CONTROL_STREAM_READER_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "cli/control/wakeup.h"

namespace seep::cli {

template <typename Message>
class StreamReader : public grpc::ClientReadReactor<Message> {
 public:
  explicit StreamReader(Wakeup& wakeup) : wakeup_(wakeup) {}
  ~StreamReader() override {
    if (!started_) return;
    context_.TryCancel();
    bool release = false;
    {
      absl::MutexLock lock(&mutex_);
      abandoned_ = true;
      release = std::exchange(ready_, false);
    }
    if (release) this->RemoveHold();  // no read is under way that would do it
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(+[](std::optional<grpc::Status>* done) { return done->has_value(); }, &done_));
  }

  grpc::ClientContext* context() { return &context_; }

  // After the stub bound the call to this.
  void Start() {
    started_ = true;
    // Reads are started outside reactions; the hold keeps OnDone from coming
    // before the last of them.
    this->AddHold();
    this->StartRead(&incoming_);
    this->StartCall();
  }

  std::optional<Message> Take() {
    std::optional<Message> taken;
    {
      absl::MutexLock lock(&mutex_);
      if (!ready_) return std::nullopt;
      ready_ = false;
      taken.emplace(std::move(incoming_));
      incoming_.Clear();
    }
    this->StartRead(&incoming_);
    return taken;
  }

  std::optional<grpc::Status> Ended() {
    absl::MutexLock lock(&mutex_);
    return done_;
  }

  void OnReadDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      if (ok && !abandoned_) {
        ready_ = true;
        wakeup_.Notify();
        return;
      }
    }
    this->RemoveHold();
  }

  void OnDone(const grpc::Status& status) override {
    absl::MutexLock lock(&mutex_);
    done_ = status;
    wakeup_.Notify();
  }

 private:
  Wakeup& wakeup_;
  grpc::ClientContext context_;
  bool started_ = false;
  Message incoming_;
  absl::Mutex mutex_;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> done_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seep::cli

#endif  // SEEP_CLI_CONTROL_STREAM_READER_H_
