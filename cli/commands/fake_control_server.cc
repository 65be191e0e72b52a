#include "cli/commands/fake_control_server.h"

#include <algorithm>
#include <chrono>

#include "common/status/check.h"

namespace seep::cli {
namespace {

TempDirectory MakeDirectory() {
  auto directory = TempDirectory::Create("seep-fake-control");
  SEEP_CHECK(directory.ok()) << directory.status();
  return *std::move(directory);
}

}  // namespace

FakeControlServer::FakeControlServer() : directory_(MakeDirectory()) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address(), grpc::InsecureServerCredentials());
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  SEEP_CHECK(server_ != nullptr);
}

FakeControlServer::~FakeControlServer() { server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1)); }

v1::SubmitCampaignRequest FakeControlServer::submitted() const {
  absl::MutexLock lock(&mutex_);
  return submitted_;
}

std::vector<std::string> FakeControlServer::stopped() const {
  absl::MutexLock lock(&mutex_);
  return stopped_;
}

v1::CompareRunsRequest FakeControlServer::compared() const {
  absl::MutexLock lock(&mutex_);
  return compared_;
}

v1::ListRunsRequest FakeControlServer::listed() const {
  absl::MutexLock lock(&mutex_);
  return listed_;
}

std::string FakeControlServer::leaks_filter() const {
  absl::MutexLock lock(&mutex_);
  return leaks_filter_;
}

v1::SetBaselineRequest FakeControlServer::baseline_set() const {
  absl::MutexLock lock(&mutex_);
  return baseline_set_;
}

v1::AnnotateRunRequest FakeControlServer::annotated() const {
  absl::MutexLock lock(&mutex_);
  return annotated_;
}

grpc::Status FakeControlServer::GetVersion(grpc::ServerContext*, const v1::GetVersionRequest*, v1::GetVersionResponse* response) {
  response->set_release("9.9.9");
  response->set_schema_version(3);
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ValidateCampaign(grpc::ServerContext*, const v1::SubmitCampaignRequest*, v1::ValidateCampaignResponse* response) {
  for (const v1::Run& run : runs) *response->add_runs() = run;
  return error;
}

grpc::Status FakeControlServer::SubmitCampaign(grpc::ServerContext*, const v1::SubmitCampaignRequest* request, v1::SubmitCampaignResponse* response) {
  absl::MutexLock lock(&mutex_);
  submitted_ = *request;
  response->mutable_campaign()->set_campaign_id("c-1");
  for (const v1::Run& run : runs) *response->add_runs() = run;
  return error;
}

grpc::Status FakeControlServer::ListRuns(grpc::ServerContext*, const v1::ListRunsRequest* request, v1::ListRunsResponse* response) {
  {
    absl::MutexLock lock(&mutex_);
    listed_ = *request;
  }
  for (const v1::Spark& spark : sparks) *response->add_sparks() = spark;
  bool past = request->before_id().empty();
  for (const v1::Run& run : runs) {
    if (past && response->runs_size() == static_cast<int>(request->limit())) {
      response->set_next_before_id(response->runs(response->runs_size() - 1).run_id());
      break;
    }
    if (past) *response->add_runs() = run;
    past = past || run.run_id() == request->before_id();
  }
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::GetRun(grpc::ServerContext*, const v1::GetRunRequest* request, v1::GetRunResponse* response) {
  const auto run = std::find_if(runs.begin(), runs.end(), [&](const v1::Run& r) { return r.run_id() == request->run_id(); });
  if (run == runs.end()) return {grpc::StatusCode::NOT_FOUND, "no run " + request->run_id()};
  *response->mutable_run() = *run;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::WatchRun(grpc::ServerContext* context, const v1::WatchRunRequest* request, grpc::ServerWriter<v1::RunUpdate>* writer) {
  {
    absl::MutexLock lock(&mutex_);
    if (broken_off_ < unavailable_watches) {
      ++broken_off_;
      if (!updates.empty()) writer->Write(updates.front());
      return {grpc::StatusCode::UNAVAILABLE, "restarting"};
    }
  }
  for (v1::RunUpdate update : updates) {
    if (update.has_run()) update.mutable_run()->set_run_id(request->run_id());
    writer->Write(update);
  }
  absl::MutexLock lock(&mutex_);
  while (hold_watch && stopped_.empty() && !context->IsCancelled()) {
    // Woken by StopRun; the limit is for cancellation, which nobody signals.
    mutex_.AwaitWithTimeout(absl::Condition(+[](std::vector<std::string>* s) { return !s->empty(); }, &stopped_), absl::Milliseconds(20));
  }
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::StopRun(grpc::ServerContext*, const v1::StopRunRequest* request, v1::StopRunResponse* response) {
  absl::MutexLock lock(&mutex_);
  stopped_.push_back(request->run_id());
  response->mutable_run()->set_run_id(request->run_id());
  response->mutable_run()->set_state(v1::RUN_STATE_STOPPING);
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::GetReport(grpc::ServerContext*, const v1::GetReportRequest* request, v1::GetReportResponse* response) {
  const auto report = reports.find(request->run_id());
  if (report == reports.end()) return {grpc::StatusCode::NOT_FOUND, "no run " + request->run_id()};
  *response = report->second;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ExportSamples(grpc::ServerContext*, const v1::ExportSamplesRequest* request, grpc::ServerWriter<v1::ExportSamplesResponse>* writer) {
  if (!reports.contains(request->run_id())) return {grpc::StatusCode::NOT_FOUND, "no run " + request->run_id()};
  writer->Write(samples);
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::Query(grpc::ServerContext*, const v1::QueryRequest*, grpc::ServerWriter<v1::QueryResponse>* writer) {
  if (!error.ok()) return error;
  writer->Write(rows);
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ListAgents(grpc::ServerContext*, const v1::ListAgentsRequest*, v1::ListAgentsResponse* response) {
  *response = agents;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ListFaults(grpc::ServerContext*, const v1::ListFaultsRequest*, v1::ListFaultsResponse* response) {
  *response = faults;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::CompareRuns(grpc::ServerContext*, const v1::CompareRunsRequest* request, v1::CompareRunsResponse* response) {
  if (request->base() == "unknown") return {grpc::StatusCode::NOT_FOUND, "'unknown' is no run's id (r-0001) and no baseline's name"};
  absl::MutexLock lock(&mutex_);
  compared_ = *request;
  *response = comparison;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ListLeaks(grpc::ServerContext*, const v1::ListLeaksRequest* request, v1::ListLeaksResponse* response) {
  absl::MutexLock lock(&mutex_);
  leaks_filter_ = request->filter();
  *response = leaks;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::SetBaseline(grpc::ServerContext*, const v1::SetBaselineRequest* request, v1::SetBaselineResponse* response) {
  absl::MutexLock lock(&mutex_);
  baseline_set_ = *request;
  response->mutable_baseline()->set_name(request->name());
  response->mutable_baseline()->set_run_id(request->run_id());
  response->set_previous_run_id("r-0000");
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ListBaselines(grpc::ServerContext*, const v1::ListBaselinesRequest*, v1::ListBaselinesResponse* response) {
  *response = baselines;
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::RemoveBaseline(grpc::ServerContext*, const v1::RemoveBaselineRequest* request, v1::RemoveBaselineResponse* response) {
  response->mutable_removed()->set_name(request->name());
  response->mutable_removed()->set_run_id("r-0001");
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::AnnotateRun(grpc::ServerContext*, const v1::AnnotateRunRequest* request, v1::AnnotateRunResponse* response) {
  absl::MutexLock lock(&mutex_);
  annotated_ = *request;
  response->mutable_annotation()->set_text(request->text());
  response->mutable_annotation()->set_has_time(request->has_time());
  response->mutable_annotation()->set_at_ms(request->at_ms());
  response->mutable_annotation()->set_author(request->author());
  return grpc::Status::OK;
}

grpc::Status FakeControlServer::ListAnnotations(grpc::ServerContext*, const v1::ListAnnotationsRequest*, v1::ListAnnotationsResponse* response) {
  *response = annotations;
  return grpc::Status::OK;
}

}  // namespace seep::cli
