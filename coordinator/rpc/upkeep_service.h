// Upkeep for gRPC: each call is posted to the loop, its answer is written back.
//
// Threads: gRPC's call in; answers come on the loop.
// Bound:   kMaxCalls at once, all kinds together; one more is refused.
#ifndef SEEP_COORDINATOR_RPC_UPKEEP_SERVICE_H_
#define SEEP_COORDINATOR_RPC_UPKEEP_SERVICE_H_

#include <atomic>

#include "common/event_loop/event_loop.h"
#include "coordinator/upkeep/upkeep_desk.h"
#include "seep/v1/store.grpc.pb.h"

namespace seep::coordinator {

class UpkeepService : public v1::Upkeep::CallbackService {
 public:
  static constexpr int kMaxCalls = 32;

  UpkeepService(EventLoop& loop, UpkeepDesk& desk) : loop_(loop), desk_(desk) {}

#define SEEP_UNARY(Method)                                                                         \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                           \
                                   const v1::Method##Request* request, v1::Method##Response* response) override
#define SEEP_STREAM(Method)                                                                        \
  grpc::ServerWriteReactor<v1::Method##Response>* Method(grpc::CallbackServerContext* context,     \
                                                         const v1::Method##Request* request) override
  SEEP_STREAM(CheckStore);
  SEEP_STREAM(BackUpStore);
  SEEP_STREAM(CompactStore);
  SEEP_UNARY(GetStoreStats);
  SEEP_STREAM(ExpireStore);
  SEEP_UNARY(PinRun);
  SEEP_STREAM(RemoveRun);
#undef SEEP_UNARY
#undef SEEP_STREAM

 private:
  EventLoop& loop_;
  UpkeepDesk& desk_;
  std::atomic<int> calls_{0};
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_UPKEEP_SERVICE_H_
