#include "coordinator/rpc/control_service.h"

#include <utility>

#include "coordinator/rpc/grpc_status.h"
#include "coordinator/rpc/import_reader.h"
#include "coordinator/rpc/stream_writer.h"
#include "coordinator/rpc/unary_answer.h"

namespace seep::coordinator {
template <typename Desk, typename Request, typename Response>
grpc::ServerUnaryReactor* ControlService::Call(grpc::CallbackServerContext* context, const Request* request,
                                               Response* response, Desk& desk,
                                               void (Desk::*method)(const Request&, Answer<Response>)) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto answer = std::make_shared<UnaryAnswer<Response>>(reactor, response, calls_);
  if (calls_.fetch_add(1) >= kMaxCalls) {
    (*answer)(absl::ResourceExhaustedError("too many calls at once; try again"));
    return reactor;
  }
  loop_.Post([&desk, request, method, answer = std::move(answer)] {
    (desk.*method)(*request, [answer](absl::StatusOr<Response> result) { (*answer)(std::move(result)); });
  });
  return reactor;
}

template <typename Request, typename Response, typename Begin>
grpc::ServerWriteReactor<Response>* ControlService::Open(const Request* request, Begin begin) {
  const bool admitted = calls_.fetch_add(1) < kMaxCalls;
  auto writer = StreamWriter<Response>::Make(loop_, calls_);
  // Dropping the port without a Finish finishes too.
  Stream<Response> port(writer.get(), [writer](StreamPort<Response>*) {
    writer->Finish(absl::UnavailableError("the coordinator is stopping"));
  });
  if (!admitted) {
    port->Finish(absl::ResourceExhaustedError("too many calls at once; try again"));
  } else {
    loop_.Post([begin, request = *request, port = std::move(port)]() mutable { begin(request, std::move(port)); });
  }
  return writer.get();
}

#define SEEP_UNARY(Method, Desk, desk)                                                                        \
  grpc::ServerUnaryReactor* ControlService::Method(grpc::CallbackServerContext* context,                      \
                                                   const v1::Method##Request* request,                        \
                                                   v1::Method##Response* response) {                          \
    return Call(context, request, response, desk, &Desk::Method);                                             \
  }
SEEP_UNARY(GetVersion, ControlDesk, desk_)
SEEP_UNARY(SubmitCampaign, ControlDesk, desk_)
SEEP_UNARY(ListCampaigns, ControlDesk, desk_)
SEEP_UNARY(GetCampaign, ControlDesk, desk_)
SEEP_UNARY(CancelCampaign, ControlDesk, desk_)
SEEP_UNARY(ListRuns, AcrossDesk, across_)
SEEP_UNARY(GetRun, ControlDesk, desk_)
SEEP_UNARY(StopRun, ControlDesk, desk_)
SEEP_UNARY(GetReport, ControlDesk, desk_)
SEEP_UNARY(ListAgents, ControlDesk, desk_)
SEEP_UNARY(ListFaults, ControlDesk, desk_)
SEEP_UNARY(ListLogs, ControlDesk, desk_)
SEEP_UNARY(ListArtefacts, ControlDesk, desk_)
SEEP_UNARY(ProfileRun, ControlDesk, desk_)
SEEP_UNARY(CompareRuns, AcrossDesk, across_)
SEEP_UNARY(ListLeaks, AcrossDesk, across_)
SEEP_UNARY(SetBaseline, AcrossDesk, across_)
SEEP_UNARY(ListBaselines, AcrossDesk, across_)
SEEP_UNARY(RemoveBaseline, AcrossDesk, across_)
SEEP_UNARY(AnnotateRun, AcrossDesk, across_)
SEEP_UNARY(ListAnnotations, AcrossDesk, across_)
#undef SEEP_UNARY

grpc::ServerUnaryReactor* ControlService::ValidateCampaign(grpc::CallbackServerContext* context,
                                                           const v1::SubmitCampaignRequest* request,
                                                           v1::ValidateCampaignResponse* response) {
  return Call(context, request, response, desk_, &ControlDesk::ValidateCampaign);
}

grpc::ServerWriteReactor<v1::RunUpdate>* ControlService::WatchRun(grpc::CallbackServerContext*,
                                                                  const v1::WatchRunRequest* request) {
  return Open<v1::WatchRunRequest, v1::RunUpdate>(
      request, [this](const auto& asked, Stream<v1::RunUpdate> port) { desk_.WatchRun(asked, std::move(port)); });
}

grpc::ServerWriteReactor<v1::ExportSamplesResponse>* ControlService::ExportSamples(
    grpc::CallbackServerContext*, const v1::ExportSamplesRequest* request) {
  return Open<v1::ExportSamplesRequest, v1::ExportSamplesResponse>(
      request,
      [this](const auto& asked, Stream<v1::ExportSamplesResponse> port) { desk_.ExportSamples(asked, std::move(port)); });
}

grpc::ServerWriteReactor<v1::FetchArtefactResponse>* ControlService::FetchArtefact(
    grpc::CallbackServerContext*, const v1::FetchArtefactRequest* request) {
  return Open<v1::FetchArtefactRequest, v1::FetchArtefactResponse>(
      request,
      [this](const auto& asked, Stream<v1::FetchArtefactResponse> port) { desk_.FetchArtefact(asked, std::move(port)); });
}

grpc::ServerWriteReactor<v1::QueryResponse>* ControlService::Query(grpc::CallbackServerContext*,
                                                                   const v1::QueryRequest* request) {
  return Open<v1::QueryRequest, v1::QueryResponse>(
      request, [this](const auto& asked, Stream<v1::QueryResponse> port) { queries_.Query(asked, std::move(port)); });
}

grpc::ServerReadReactor<v1::ImportRunsRequest>* ControlService::ImportRuns(grpc::CallbackServerContext*,
                                                                           v1::ImportRunsResponse* response) {
  const bool admitted = calls_.fetch_add(1) < kMaxCalls;
  auto reader = ImportReader::Make(loop_, imports_, response, calls_);
  if (!admitted) {
    reader->Finish(absl::ResourceExhaustedError("too many calls at once; try again"));
  } else {
    loop_.Post([reader] { reader->Begin(); });
  }
  return reader.get();
}

}  // namespace seep::coordinator
