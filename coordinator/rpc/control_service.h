// Control for gRPC: each call is posted to the loop, its answer is written back.
//
// Threads: gRPC's call in; answers come on the loop.
// Bound:   kMaxCalls at once, all kinds together; one more is refused.
#ifndef SEEP_COORDINATOR_RPC_CONTROL_SERVICE_H_
#define SEEP_COORDINATOR_RPC_CONTROL_SERVICE_H_

#include <atomic>

#include "common/event_loop/event_loop.h"
#include "coordinator/across/across_desk.h"
#include "coordinator/control/control_desk.h"
#include "coordinator/control/query_desk.h"
#include "coordinator/imports/import_desk.h"
#include "seep/v1/control.grpc.pb.h"

namespace seep::coordinator {

class ControlService : public v1::Control::CallbackService {
 public:
  static constexpr int kMaxCalls = 512;

  ControlService(EventLoop& loop, ControlDesk& desk, AcrossDesk& across, QueryDesk& queries, ImportDesk& imports)
      : loop_(loop), desk_(desk), across_(across), queries_(queries), imports_(imports) {}

#define SEEP_UNARY(Method)                                                                         \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                           \
                                   const v1::Method##Request* request, v1::Method##Response* response) override
  SEEP_UNARY(GetVersion);
  SEEP_UNARY(SubmitCampaign);
  SEEP_UNARY(ListCampaigns);
  SEEP_UNARY(GetCampaign);
  SEEP_UNARY(CancelCampaign);
  SEEP_UNARY(ListRuns);
  SEEP_UNARY(GetRun);
  SEEP_UNARY(StopRun);
  SEEP_UNARY(GetReport);
  SEEP_UNARY(ListAgents);
  SEEP_UNARY(ListFaults);
  SEEP_UNARY(ListLogs);
  SEEP_UNARY(ListArtefacts);
  SEEP_UNARY(ProfileRun);
  SEEP_UNARY(CompareRuns);
  SEEP_UNARY(ListLeaks);
  SEEP_UNARY(SetBaseline);
  SEEP_UNARY(ListBaselines);
  SEEP_UNARY(RemoveBaseline);
  SEEP_UNARY(AnnotateRun);
  SEEP_UNARY(ListAnnotations);
#undef SEEP_UNARY
  grpc::ServerUnaryReactor* ValidateCampaign(grpc::CallbackServerContext* context,
                                             const v1::SubmitCampaignRequest* request,
                                             v1::ValidateCampaignResponse* response) override;

  grpc::ServerWriteReactor<v1::RunUpdate>* WatchRun(grpc::CallbackServerContext* context,
                                                    const v1::WatchRunRequest* request) override;
  grpc::ServerWriteReactor<v1::ExportSamplesResponse>* ExportSamples(
      grpc::CallbackServerContext* context, const v1::ExportSamplesRequest* request) override;
  grpc::ServerWriteReactor<v1::FetchArtefactResponse>* FetchArtefact(
      grpc::CallbackServerContext* context, const v1::FetchArtefactRequest* request) override;
  grpc::ServerWriteReactor<v1::QueryResponse>* Query(grpc::CallbackServerContext* context,
                                                     const v1::QueryRequest* request) override;
  grpc::ServerReadReactor<v1::ImportRunsRequest>* ImportRuns(grpc::CallbackServerContext* context,
                                                             v1::ImportRunsResponse* response) override;

 private:
  template <typename Desk, typename Request, typename Response>
  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                 Desk& desk, void (Desk::*method)(const Request&, Answer<Response>));
  template <typename Request, typename Response, typename Begin>
  grpc::ServerWriteReactor<Response>* Open(const Request* request, Begin begin);

  EventLoop& loop_;
  ControlDesk& desk_;
  AcrossDesk& across_;
  QueryDesk& queries_;
  ImportDesk& imports_;
  std::atomic<int> calls_{0};
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_CONTROL_SERVICE_H_
