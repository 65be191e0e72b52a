#include "cli/control/control_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "cli/control/stream_reader.h"
#include "cli/control/stream_sender.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "proto/channel/credentials.h"
#include "seep/v1/control.grpc.pb.h"
#include "seep/v1/store.grpc.pb.h"

namespace seep::cli {
namespace {

constexpr absl::Duration kCallLimit = absl::Seconds(60);
constexpr absl::Duration kSecondThought = absl::Seconds(1);
// Reads every page of a store that may be large.
constexpr absl::Duration kStatsLimit = absl::Minutes(10);
// A report or an export may be long; one message is not (the server caps rows
// and bytes).
constexpr int kMaxMessageBytes = 64 << 20;

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // Messages come from another machine; lines stay, one a problem.
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), Printable(status.error_message(), true));
}

std::chrono::system_clock::time_point In(absl::Duration limit) {
  return std::chrono::system_clock::now() + absl::ToChronoMilliseconds(limit);
}

class RunWatchStream : public RunWatch {
 public:
  RunWatchStream(v1::Control::Stub& stub, const v1::WatchRunRequest& request, Wakeup& wakeup) : request_(request), reader_(wakeup) {
    stub.async()->WatchRun(reader_.context(), &request_, &reader_);
    reader_.Start();
  }
  std::optional<v1::RunUpdate> Take() override { return reader_.Take(); }
  std::optional<absl::Status> Ended() override {
    const auto status = reader_.Ended();
    return status ? std::optional<absl::Status>(FromGrpc(*status)) : std::nullopt;
  }

 private:
  const v1::WatchRunRequest request_;
  StreamReader<v1::RunUpdate> reader_;
};

class GrpcControlClient : public ControlClient {
 public:
  GrpcControlClient(std::shared_ptr<grpc::Channel> channel, Interruption& interruption)
      : stub_(v1::Control::NewStub(channel)), upkeep_(v1::Upkeep::NewStub(channel)), interruption_(interruption) {}

  enum class Attempts { kOne, kUntilConnected };
  absl::StatusOr<v1::GetVersionResponse> GetVersionWithin(absl::Duration limit, Attempts attempts) {
    return Call<v1::GetVersionResponse>(v1::GetVersionRequest(), limit, [&](grpc::ClientContext* context, auto... args) {
      context->set_wait_for_ready(attempts == Attempts::kUntilConnected);
      stub_->async()->GetVersion(context, args...);
    });
  }
  absl::StatusOr<v1::GetVersionResponse> GetVersion() override { return GetVersionWithin(kCallLimit, Attempts::kOne); }

#define SEEP_CALL(Method, Response, request) \
  Call<v1::Response>(request, kCallLimit, [this](auto... args) { stub_->async()->Method(args...); })

  absl::StatusOr<v1::ValidateCampaignResponse> Validate(const v1::SubmitCampaignRequest& request) override {
    return SEEP_CALL(ValidateCampaign, ValidateCampaignResponse, request);
  }
  absl::StatusOr<v1::SubmitCampaignResponse> Submit(const v1::SubmitCampaignRequest& request) override {
    return SEEP_CALL(SubmitCampaign, SubmitCampaignResponse, request);
  }
  absl::StatusOr<v1::ListCampaignsResponse> ListCampaigns(const v1::ListCampaignsRequest& request) override {
    return SEEP_CALL(ListCampaigns, ListCampaignsResponse, request);
  }
  absl::StatusOr<v1::GetCampaignResponse> GetCampaign(const std::string& id) override {
    v1::GetCampaignRequest request;
    request.set_campaign_id(id);
    return SEEP_CALL(GetCampaign, GetCampaignResponse, request);
  }
  absl::StatusOr<v1::CancelCampaignResponse> CancelCampaign(const std::string& id) override {
    v1::CancelCampaignRequest request;
    request.set_campaign_id(id);
    return SEEP_CALL(CancelCampaign, CancelCampaignResponse, request);
  }
  absl::StatusOr<v1::ListRunsResponse> ListRuns(const v1::ListRunsRequest& request) override {
    return SEEP_CALL(ListRuns, ListRunsResponse, request);
  }
  absl::StatusOr<v1::GetRunResponse> GetRun(const std::string& id) override {
    v1::GetRunRequest request;
    request.set_run_id(id);
    return SEEP_CALL(GetRun, GetRunResponse, request);
  }
  absl::StatusOr<v1::StopRunResponse> StopRun(const std::string& id, const std::string& reason) override {
    v1::StopRunRequest request;
    request.set_run_id(id);
    request.set_reason(reason);
    return SEEP_CALL(StopRun, StopRunResponse, request);
  }
  absl::StatusOr<v1::GetReportResponse> GetReport(const std::string& id) override {
    v1::GetReportRequest request;
    request.set_run_id(id);
    return SEEP_CALL(GetReport, GetReportResponse, request);
  }
  absl::StatusOr<v1::ListAgentsResponse> ListAgents() override {
    return SEEP_CALL(ListAgents, ListAgentsResponse, v1::ListAgentsRequest());
  }
  absl::StatusOr<v1::ListFaultsResponse> ListFaults(const v1::ListFaultsRequest& request) override {
    return SEEP_CALL(ListFaults, ListFaultsResponse, request);
  }
  absl::StatusOr<v1::CompareRunsResponse> CompareRuns(const v1::CompareRunsRequest& request) override {
    return SEEP_CALL(CompareRuns, CompareRunsResponse, request);
  }
  absl::StatusOr<v1::ListLeaksResponse> ListLeaks(const v1::ListLeaksRequest& request) override {
    return SEEP_CALL(ListLeaks, ListLeaksResponse, request);
  }
  absl::StatusOr<v1::SetBaselineResponse> SetBaseline(const v1::SetBaselineRequest& request) override {
    return SEEP_CALL(SetBaseline, SetBaselineResponse, request);
  }
  absl::StatusOr<v1::ListBaselinesResponse> ListBaselines() override {
    return SEEP_CALL(ListBaselines, ListBaselinesResponse, v1::ListBaselinesRequest());
  }
  absl::StatusOr<v1::RemoveBaselineResponse> RemoveBaseline(const v1::RemoveBaselineRequest& request) override {
    return SEEP_CALL(RemoveBaseline, RemoveBaselineResponse, request);
  }
  absl::StatusOr<v1::AnnotateRunResponse> AnnotateRun(const v1::AnnotateRunRequest& request) override {
    return SEEP_CALL(AnnotateRun, AnnotateRunResponse, request);
  }
  absl::StatusOr<v1::ListAnnotationsResponse> ListAnnotations(const std::string& id) override {
    v1::ListAnnotationsRequest request;
    request.set_run_id(id);
    return SEEP_CALL(ListAnnotations, ListAnnotationsResponse, request);
  }
  absl::StatusOr<v1::ListLogsResponse> ListLogs(const v1::ListLogsRequest& request) override {
    return SEEP_CALL(ListLogs, ListLogsResponse, request);
  }
  absl::StatusOr<v1::ListArtefactsResponse> ListArtefacts(const std::string& id) override {
    v1::ListArtefactsRequest request;
    request.set_run_id(id);
    return SEEP_CALL(ListArtefacts, ListArtefactsResponse, request);
  }
  absl::StatusOr<v1::ProfileRunResponse> ProfileRun(const v1::ProfileRunRequest& request) override {
    return SEEP_CALL(ProfileRun, ProfileRunResponse, request);
  }
#undef SEEP_CALL

  absl::Status FetchArtefact(const v1::FetchArtefactRequest& request,
                             const std::function<absl::Status(const v1::FetchArtefactResponse&)>& take) override {
    return ReadAll<v1::FetchArtefactResponse>(
        [&](auto* context, auto* reader) { stub_->async()->FetchArtefact(context, &request, reader); }, take);
  }

  absl::Status ExportSamples(const v1::ExportSamplesRequest& request,
                             const std::function<absl::Status(const v1::ExportSamplesResponse&)>& take) override {
    return ReadAll<v1::ExportSamplesResponse>(
        [&](auto* context, auto* reader) { stub_->async()->ExportSamples(context, &request, reader); }, take);
  }

  absl::StatusOr<v1::ImportRunsResponse> Import(const std::function<absl::Status(const SendImport&)>& produce) override {
    Wakeup wakeup;
    StreamSender<v1::ImportRunsRequest, v1::ImportRunsResponse> sender(wakeup);
    stub_->async()->ImportRuns(sender.context(), sender.response(), &sender);
    sender.Start();
    const int before = interruption_.Count();
    const absl::Status produced = produce([&](v1::ImportRunsRequest message) -> absl::Status {
      while (!sender.Ready()) {
        // What the server did not like it says at the end.
        if (sender.Broken()) return absl::AbortedError("the server took no more");
        if (interruption_.Count() > before) return absl::CancelledError("interrupted; nothing was imported");
        wakeup.Wait(interruption_, absl::Seconds(1));
      }
      sender.Write(std::move(message));
      return absl::OkStatus();
    });
    if (!produced.ok() && !sender.Broken()) return produced;
    while (!sender.Ready() && !sender.Broken()) wakeup.Wait(interruption_, absl::Seconds(1));
    sender.End();
    while (true) {
      if (const auto done = sender.Done()) {
        if (done->ok() && !produced.ok()) return produced;
        if (!done->ok()) return FromGrpc(*done);
        return std::move(*sender.response());
      }
      if (interruption_.Count() > before) return absl::CancelledError("interrupted; the file was sent whole: its import goes on, or will when the coordinator starts again");
      wakeup.Wait(interruption_, absl::Seconds(1));
    }
  }

  absl::Status Query(const v1::QueryRequest& request,
                     const std::function<absl::Status(const v1::QueryResponse&)>& take) override {
    return ReadAll<v1::QueryResponse>([&](auto* context, auto* reader) { stub_->async()->Query(context, &request, reader); },
                                      take);
  }

#define SEEP_UPKEEP_STREAM(Method)                                                                                 \
  absl::Status Method(const v1::Method##Request& request,                                                         \
                      const std::function<absl::Status(const v1::Method##Response&)>& take) override {            \
    return ReadAll<v1::Method##Response>(                                                                         \
        [&](auto* context, auto* reader) { upkeep_->async()->Method(context, &request, reader); }, take);         \
  }
  SEEP_UPKEEP_STREAM(CheckStore)
  SEEP_UPKEEP_STREAM(BackUpStore)
  SEEP_UPKEEP_STREAM(CompactStore)
  SEEP_UPKEEP_STREAM(ExpireStore)
  SEEP_UPKEEP_STREAM(RemoveRun)
#undef SEEP_UPKEEP_STREAM

  absl::StatusOr<v1::GetStoreStatsResponse> GetStoreStats() override {
    return Call<v1::GetStoreStatsResponse>(v1::GetStoreStatsRequest(), kStatsLimit,
                                           [this](auto... args) { upkeep_->async()->GetStoreStats(args...); });
  }
  absl::StatusOr<v1::PinRunResponse> PinRun(const v1::PinRunRequest& request) override {
    return Call<v1::PinRunResponse>(request, kCallLimit, [this](auto... args) { upkeep_->async()->PinRun(args...); });
  }

  std::unique_ptr<RunWatch> Watch(const std::string& id, bool from_start, Wakeup& wakeup) override {
    v1::WatchRunRequest request;
    request.set_run_id(id);
    request.set_from_start(from_start);
    return std::make_unique<RunWatchStream>(*stub_, request, wakeup);
  }

 private:
  template <typename Response, typename Request, typename Start>
  absl::StatusOr<Response> Call(const Request& request, absl::Duration limit, const Start& start) {
    struct State {
      absl::Mutex mutex;
      std::optional<grpc::Status> ended;
    } state;
    grpc::ClientContext context;
    context.set_deadline(In(limit));
    Response response;
    Wakeup wakeup;
    start(&context, &request, &response, std::function<void(grpc::Status)>([&](grpc::Status status) {
      // Notified under the lock: the waiter may destroy all of this as soon as
      // it sees `ended`.
      absl::MutexLock lock(&state.mutex);
      state.ended = std::move(status);
      wakeup.Notify();
    }));
    const int before = interruption_.Count();
    bool interrupted = false;
    while (true) {
      {
        absl::MutexLock lock(&state.mutex);
        if (state.ended) break;
      }
      if (!interrupted && interruption_.Count() > before) {
        interrupted = true;
        context.TryCancel();
      }
      wakeup.Wait(interruption_, absl::Seconds(1));
    }
    if (interrupted && !state.ended->ok()) return absl::CancelledError("interrupted");
    if (!state.ended->ok()) return FromGrpc(*state.ended);
    return response;
  }

  template <typename Response, typename Start>
  absl::Status ReadAll(const Start& start, const std::function<absl::Status(const Response&)>& take) {
    Wakeup wakeup;
    StreamReader<Response> reader(wakeup);
    start(reader.context(), &reader);
    reader.Start();
    const int before = interruption_.Count();
    while (true) {
      while (const auto message = reader.Take()) SEEP_RETURN_IF_ERROR(take(*message));
      if (const auto ended = reader.Ended()) return FromGrpc(*ended);
      if (interruption_.Count() > before) return absl::CancelledError("interrupted");
      wakeup.Wait(interruption_, absl::Seconds(1));
    }
  }

  std::unique_ptr<v1::Control::Stub> stub_;
  std::unique_ptr<v1::Upkeep::Stub> upkeep_;
  Interruption& interruption_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ControlClient>> ControlClient::Connect(const ServerAddress& address, Interruption& interruption,
                                                                      absl::Duration patience) {
  const auto credentials = ReadCredentials(address.tls);
  if (!credentials.ok()) return absl::InvalidArgumentError(credentials.status().message());
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // measurements.md, "Traps": the minimum is also the connect time-out.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // A proxy from the environment must not see, nor break, loopback traffic.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!address.tls.server_name.empty()) arguments.SetSslTargetNameOverride(address.tls.server_name);
  auto client = std::make_unique<GrpcControlClient>(grpc::CreateCustomChannel(address.target, *credentials, arguments), interruption);
  const auto version = client->GetVersionWithin(patience, GrpcControlClient::Attempts::kOne);
  if (version.ok()) return client;
  // One connect that fails says little: gRPC 1.51 was seen to report "No such file or directory" of a
  // port that listens. A second of them says that nobody is there.
  if (version.status().code() == absl::StatusCode::kUnavailable &&
      client->GetVersionWithin(std::min(patience, kSecondThought), GrpcControlClient::Attempts::kUntilConnected).ok()) {
    return client;
  }
  if (version.status().code() == absl::StatusCode::kCancelled) return version.status();
  return absl::Status(version.status().code(),
                      absl::StrCat("the coordinator at ", address.target, " does not answer: ", version.status().message(),
                                   "; is seep-coordinator running there?"));
}

}  // namespace seep::cli
