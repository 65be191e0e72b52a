// The answer of a unary call: finishes it exactly once, also when it is dropped
// unanswered (the coordinator is stopping), because gRPC waits for every call.
//
// Threads: the loop. Owns nothing; reactor and response are gRPC's until Finish.
#ifndef SEEP_COORDINATOR_RPC_UNARY_ANSWER_H_
#define SEEP_COORDINATOR_RPC_UNARY_ANSWER_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <utility>

#include "absl/status/statusor.h"
#include "coordinator/rpc/grpc_status.h"

namespace seep::coordinator {

template <typename Response>
class UnaryAnswer {
 public:
  // `calls` is counted down when the call is over.
  UnaryAnswer(grpc::ServerUnaryReactor* reactor, Response* response, std::atomic<int>& calls)
      : reactor_(reactor), response_(response), calls_(calls) {}
  ~UnaryAnswer() {
    if (reactor_ != nullptr) Finish(absl::UnavailableError("the coordinator is stopping"));
  }
  void operator()(absl::StatusOr<Response> answer) {
    if (answer.ok()) *response_ = *std::move(answer);
    Finish(answer.status());
  }

 private:
  void Finish(const absl::Status& status) {
    calls_.fetch_sub(1);
    std::exchange(reactor_, nullptr)->Finish(ToGrpc(status));
  }
  grpc::ServerUnaryReactor* reactor_;
  Response* response_;
  std::atomic<int>& calls_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_UNARY_ANSWER_H_
