// A coordinator that answers what a test put in, over real gRPC on a unix
// socket in a private directory.
//
// Threads: members are set before requests come; gRPC calls from its own.
#ifndef SEEP_CLI_COMMANDS_FAKE_CONTROL_SERVER_H_
#define SEEP_CLI_COMMANDS_FAKE_CONTROL_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/os/temp_directory.h"
#include "seep/v1/control.grpc.pb.h"

namespace seep::cli {

class FakeControlServer : public v1::Control::Service {
 public:
  FakeControlServer();
  ~FakeControlServer() override;
  std::string address() const { return "unix:" + directory_.path() + "/control.sock"; }

  // What is answered.
  grpc::Status error = grpc::Status::OK;          // of validate, submit and query
  std::vector<v1::Run> runs;                      // newest first, as listed
  std::map<std::string, v1::GetReportResponse> reports;
  std::vector<v1::RunUpdate> updates;             // of any watched run
  bool hold_watch = false;                        // after them, until stopped or cancelled
  int unavailable_watches = 0;                    // so many break off after the first update
  v1::ExportSamplesResponse samples;
  v1::QueryResponse rows;
  v1::ListAgentsResponse agents;
  v1::ListFaultsResponse faults;
  v1::CompareRunsResponse comparison;             // of any runs but those of an unknown base
  v1::ListLeaksResponse leaks;
  v1::ListBaselinesResponse baselines;
  v1::ListAnnotationsResponse annotations;
  std::vector<v1::Spark> sparks;

  // What was asked.
  v1::SubmitCampaignRequest submitted() const;
  std::vector<std::string> stopped() const;
  v1::CompareRunsRequest compared() const;
  v1::ListRunsRequest listed() const;
  std::string leaks_filter() const;
  v1::SetBaselineRequest baseline_set() const;
  v1::AnnotateRunRequest annotated() const;

  grpc::Status GetVersion(grpc::ServerContext*, const v1::GetVersionRequest*, v1::GetVersionResponse* response) override;
  grpc::Status ValidateCampaign(grpc::ServerContext*, const v1::SubmitCampaignRequest* request, v1::ValidateCampaignResponse* response) override;
  grpc::Status SubmitCampaign(grpc::ServerContext*, const v1::SubmitCampaignRequest* request, v1::SubmitCampaignResponse* response) override;
  grpc::Status ListRuns(grpc::ServerContext*, const v1::ListRunsRequest* request, v1::ListRunsResponse* response) override;
  grpc::Status GetRun(grpc::ServerContext*, const v1::GetRunRequest* request, v1::GetRunResponse* response) override;
  grpc::Status WatchRun(grpc::ServerContext* context, const v1::WatchRunRequest* request, grpc::ServerWriter<v1::RunUpdate>* writer) override;
  grpc::Status StopRun(grpc::ServerContext*, const v1::StopRunRequest* request, v1::StopRunResponse* response) override;
  grpc::Status GetReport(grpc::ServerContext*, const v1::GetReportRequest* request, v1::GetReportResponse* response) override;
  grpc::Status ExportSamples(grpc::ServerContext*, const v1::ExportSamplesRequest*, grpc::ServerWriter<v1::ExportSamplesResponse>* writer) override;
  grpc::Status Query(grpc::ServerContext*, const v1::QueryRequest*, grpc::ServerWriter<v1::QueryResponse>* writer) override;
  grpc::Status ListAgents(grpc::ServerContext*, const v1::ListAgentsRequest*, v1::ListAgentsResponse* response) override;
  grpc::Status ListFaults(grpc::ServerContext*, const v1::ListFaultsRequest*, v1::ListFaultsResponse* response) override;
  grpc::Status CompareRuns(grpc::ServerContext*, const v1::CompareRunsRequest* request, v1::CompareRunsResponse* response) override;
  grpc::Status ListLeaks(grpc::ServerContext*, const v1::ListLeaksRequest* request, v1::ListLeaksResponse* response) override;
  grpc::Status SetBaseline(grpc::ServerContext*, const v1::SetBaselineRequest* request, v1::SetBaselineResponse* response) override;
  grpc::Status ListBaselines(grpc::ServerContext*, const v1::ListBaselinesRequest*, v1::ListBaselinesResponse* response) override;
  grpc::Status RemoveBaseline(grpc::ServerContext*, const v1::RemoveBaselineRequest* request, v1::RemoveBaselineResponse* response) override;
  grpc::Status AnnotateRun(grpc::ServerContext*, const v1::AnnotateRunRequest* request, v1::AnnotateRunResponse* response) override;
  grpc::Status ListAnnotations(grpc::ServerContext*, const v1::ListAnnotationsRequest*, v1::ListAnnotationsResponse* response) override;

 private:
  TempDirectory directory_;
  mutable absl::Mutex mutex_;
  v1::SubmitCampaignRequest submitted_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> stopped_ ABSL_GUARDED_BY(mutex_);
  v1::CompareRunsRequest compared_ ABSL_GUARDED_BY(mutex_);
  v1::ListRunsRequest listed_ ABSL_GUARDED_BY(mutex_);
  std::string leaks_filter_ ABSL_GUARDED_BY(mutex_);
  v1::SetBaselineRequest baseline_set_ ABSL_GUARDED_BY(mutex_);
  v1::AnnotateRunRequest annotated_ ABSL_GUARDED_BY(mutex_);
  int broken_off_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_FAKE_CONTROL_SERVER_H_
