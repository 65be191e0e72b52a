#include "coordinator/rpc/upkeep_service.h"

#include <memory>
#include <utility>

#include "coordinator/rpc/stream_writer.h"
#include "coordinator/rpc/unary_answer.h"

namespace seep::coordinator {
namespace {

const absl::Status kTooMany = absl::ResourceExhaustedError("too many calls of upkeep at once; try again");

template <typename Request, typename Response>
grpc::ServerUnaryReactor* Call(EventLoop& loop, std::atomic<int>& calls, UpkeepDesk& desk, grpc::CallbackServerContext* context,
                               const Request* request, Response* response,
                               void (UpkeepDesk::*method)(const Request&, Answer<Response>)) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto answer = std::make_shared<UnaryAnswer<Response>>(reactor, response, calls);
  if (calls.fetch_add(1) >= UpkeepService::kMaxCalls) {
    (*answer)(kTooMany);
    return reactor;
  }
  loop.Post([&desk, request, method, answer = std::move(answer)] {
    (desk.*method)(*request, [answer](absl::StatusOr<Response> result) { (*answer)(std::move(result)); });
  });
  return reactor;
}

template <typename Request, typename Response>
grpc::ServerWriteReactor<Response>* Open(EventLoop& loop, std::atomic<int>& calls, UpkeepDesk& desk, const Request* request,
                                         void (UpkeepDesk::*method)(const Request&, Stream<Response>)) {
  const bool admitted = calls.fetch_add(1) < UpkeepService::kMaxCalls;
  auto writer = StreamWriter<Response>::Make(loop, calls);
  // Dropping the port without a Finish finishes too.
  Stream<Response> port(writer.get(), [writer](StreamPort<Response>*) {
    writer->Finish(absl::UnavailableError("the coordinator is stopping"));
  });
  if (!admitted) {
    port->Finish(kTooMany);
  } else {
    loop.Post([&desk, method, request = *request, port = std::move(port)]() mutable { (desk.*method)(request, std::move(port)); });
  }
  return writer.get();
}

}  // namespace

#define SEEP_UNARY(Method)                                                                                   \
  grpc::ServerUnaryReactor* UpkeepService::Method(grpc::CallbackServerContext* context,                      \
                                                  const v1::Method##Request* request,                        \
                                                  v1::Method##Response* response) {                          \
    return Call(loop_, calls_, desk_, context, request, response, &UpkeepDesk::Method);                      \
  }
#define SEEP_STREAM(Method)                                                                                  \
  grpc::ServerWriteReactor<v1::Method##Response>* UpkeepService::Method(grpc::CallbackServerContext*,        \
                                                                        const v1::Method##Request* request) { \
    return Open(loop_, calls_, desk_, request, &UpkeepDesk::Method);                                         \
  }
SEEP_STREAM(CheckStore)
SEEP_STREAM(BackUpStore)
SEEP_STREAM(CompactStore)
SEEP_UNARY(GetStoreStats)
SEEP_STREAM(ExpireStore)
SEEP_UNARY(PinRun)
SEEP_STREAM(RemoveRun)
#undef SEEP_UNARY
#undef SEEP_STREAM

}  // namespace seep::coordinator
