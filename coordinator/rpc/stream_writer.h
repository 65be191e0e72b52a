// A response stream of one call as a StreamPort.
//
// Threads: Write, Finish and cancelled on the loop; gRPC's threads call the rest.
// Owns:    itself, until gRPC is done with it and the loop has let it go.
#ifndef SEEP_COORDINATOR_RPC_STREAM_WRITER_H_
#define SEEP_COORDINATOR_RPC_STREAM_WRITER_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "coordinator/rpc/grpc_status.h"

namespace seep::coordinator {

template <typename Response>
class StreamWriter : public grpc::ServerWriteReactor<Response>, public StreamPort<Response> {
 public:
  // `calls` is counted down when the call is over.
  static std::shared_ptr<StreamWriter> Make(EventLoop& loop, std::atomic<int>& calls) {
    std::shared_ptr<StreamWriter> made(new StreamWriter(loop, calls));
    made->self_ = made;
    return made;
  }

  void Write(Response response, absl::AnyInvocable<void(bool)> written) override {
    absl::MutexLock lock(&mutex_);
    written_ = std::move(written);
    if (finished_ || cancelled_.load()) return Tell(false);
    response_ = std::move(response);
    this->StartWrite(&response_);
  }
  void Finish(absl::Status status) override {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(finished_, true)) return;
    grpc::ServerWriteReactor<Response>::Finish(ToGrpc(status));
  }
  bool cancelled() const override { return cancelled_.load(); }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    Tell(ok && !cancelled_.load());
  }
  void OnCancel() override { cancelled_.store(true); }
  void OnDone() override {
    calls_.fetch_sub(1);
    self_.reset();  // may delete this
  }

 private:
  StreamWriter(EventLoop& loop, std::atomic<int>& calls) : loop_(loop), calls_(calls) {}

  void Tell(bool ok) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!written_) return;
    loop_.Post([written = std::exchange(written_, nullptr), ok]() mutable { written(ok); });
  }

  EventLoop& loop_;
  std::atomic<int>& calls_;
  std::shared_ptr<StreamWriter> self_;
  std::atomic<bool> cancelled_{false};
  absl::Mutex mutex_;
  Response response_;  // gRPC's between StartWrite and OnWriteDone
  absl::AnyInvocable<void(bool)> written_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_STREAM_WRITER_H_
