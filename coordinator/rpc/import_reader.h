// The request stream of an ImportRuns call as an ImportPort: the next message is
// asked for when the desk has taken the one before.
//
// Threads: ReadOn and Finish on the loop; gRPC's threads call the rest.
// Owns:    itself, until gRPC is done with it and the loop has let it go.
#ifndef SEEP_COORDINATOR_RPC_IMPORT_READER_H_
#define SEEP_COORDINATOR_RPC_IMPORT_READER_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "common/event_loop/event_loop.h"
#include "coordinator/imports/import_desk.h"
#include "coordinator/rpc/grpc_status.h"

namespace seep::coordinator {

class ImportReader : public grpc::ServerReadReactor<v1::ImportRunsRequest>, public ImportPort {
 public:
  // `calls` is counted down when the call is over.
  static std::shared_ptr<ImportReader> Make(EventLoop& loop, ImportDesk& desk, v1::ImportRunsResponse* response,
                                            std::atomic<int>& calls) {
    std::shared_ptr<ImportReader> made(new ImportReader(loop, desk, response, calls));
    made->self_ = made;
    return made;
  }

  // On the loop.
  void Begin() {
    std::shared_ptr<ImportPort> port(this, [self = self_](ImportPort*) {
      // Dropping the port without a Finish finishes too: gRPC waits for every call.
      self->Finish(absl::UnavailableError("the coordinator is stopping"));
    });
    sender_ = desk_.Begin(std::move(port));
  }

  void ReadOn() override {
    absl::MutexLock lock(&mutex_);
    if (!finished_) StartRead(&request_);
  }
  void Finish(absl::StatusOr<v1::ImportRunsResponse> answer) override {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(finished_, true)) return;
    if (answer.ok()) *response_ = *std::move(answer);
    grpc::ServerReadReactor<v1::ImportRunsRequest>::Finish(ToGrpc(answer.status()));
  }

  void OnReadDone(bool ok) override {
    loop_.Post([self = self_, ok]() mutable {
      if (!ok) return self->desk_.Closed(self->sender_);
      self->desk_.Take(self->sender_, std::exchange(self->request_, {}));
    });
  }
  void OnCancel() override {
    loop_.Post([self = self_] { self->desk_.Closed(self->sender_); });
  }
  void OnDone() override {
    calls_.fetch_sub(1);
    // The loop's tasks may still look at `sender_`.
    loop_.Post([self = std::move(self_)] { self->sender_.reset(); });
  }

 private:
  ImportReader(EventLoop& loop, ImportDesk& desk, v1::ImportRunsResponse* response, std::atomic<int>& calls)
      : loop_(loop), desk_(desk), response_(response), calls_(calls) {}

  EventLoop& loop_;
  ImportDesk& desk_;
  v1::ImportRunsResponse* response_;
  std::atomic<int>& calls_;
  std::shared_ptr<ImportReader> self_;
  std::shared_ptr<ImportDesk::Sender> sender_;  // the loop's
  v1::ImportRunsRequest request_;               // gRPC's between StartRead and OnReadDone
  absl::Mutex mutex_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_IMPORT_READER_H_
