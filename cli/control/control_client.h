// Asks a coordinator. Every call has a deadline and ends at Ctrl-C.
//
// Threads: main only; gRPC's own threads stay inside.
// Owns:    the channel. Borrows `interruption`.
// Failure: the server's status with its message, kUnavailable when it is not
//          there, kCancelled when a person interrupted the call.
#ifndef SEEP_CLI_CONTROL_CONTROL_CLIENT_H_
#define SEEP_CLI_CONTROL_CONTROL_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/console/interruption.h"
#include "cli/control/server_address.h"
#include "cli/control/wakeup.h"
#include "seep/v1/control.pb.h"
#include "seep/v1/store.pb.h"

namespace seep::cli {

// One WatchRun stream. Holds one update at a time: while it is not taken the
// server is not read from, so a slow terminal costs no memory here.
class RunWatch {
 public:
  virtual ~RunWatch() = default;
  virtual std::optional<v1::RunUpdate> Take() = 0;
  // Set once the stream has ended and every update has been taken.
  virtual std::optional<absl::Status> Ended() = 0;
};

class ControlClient {
 public:
  // Waits up to `patience` for the coordinator to answer GetVersion; where nobody
  // listens, a second.
  static absl::StatusOr<std::unique_ptr<ControlClient>> Connect(const ServerAddress& address, Interruption& interruption,
                                                                absl::Duration patience = absl::Seconds(10));
  virtual ~ControlClient() = default;

  virtual absl::StatusOr<v1::GetVersionResponse> GetVersion() = 0;
  virtual absl::StatusOr<v1::ValidateCampaignResponse> Validate(const v1::SubmitCampaignRequest& request) = 0;
  virtual absl::StatusOr<v1::SubmitCampaignResponse> Submit(const v1::SubmitCampaignRequest& request) = 0;
  virtual absl::StatusOr<v1::ListCampaignsResponse> ListCampaigns(const v1::ListCampaignsRequest& request) = 0;
  virtual absl::StatusOr<v1::GetCampaignResponse> GetCampaign(const std::string& id) = 0;
  virtual absl::StatusOr<v1::CancelCampaignResponse> CancelCampaign(const std::string& id) = 0;
  virtual absl::StatusOr<v1::ListRunsResponse> ListRuns(const v1::ListRunsRequest& request) = 0;
  virtual absl::StatusOr<v1::GetRunResponse> GetRun(const std::string& id) = 0;
  virtual absl::StatusOr<v1::StopRunResponse> StopRun(const std::string& id, const std::string& reason) = 0;
  virtual absl::StatusOr<v1::GetReportResponse> GetReport(const std::string& id) = 0;
  virtual absl::StatusOr<v1::ListAgentsResponse> ListAgents() = 0;
  virtual absl::StatusOr<v1::ListFaultsResponse> ListFaults(const v1::ListFaultsRequest& request) = 0;

  virtual absl::StatusOr<v1::CompareRunsResponse> CompareRuns(const v1::CompareRunsRequest& request) = 0;
  virtual absl::StatusOr<v1::ListLeaksResponse> ListLeaks(const v1::ListLeaksRequest& request) = 0;
  virtual absl::StatusOr<v1::SetBaselineResponse> SetBaseline(const v1::SetBaselineRequest& request) = 0;
  virtual absl::StatusOr<v1::ListBaselinesResponse> ListBaselines() = 0;
  virtual absl::StatusOr<v1::RemoveBaselineResponse> RemoveBaseline(const v1::RemoveBaselineRequest& request) = 0;
  virtual absl::StatusOr<v1::AnnotateRunResponse> AnnotateRun(const v1::AnnotateRunRequest& request) = 0;
  virtual absl::StatusOr<v1::ListAnnotationsResponse> ListAnnotations(const std::string& id) = 0;

  virtual absl::StatusOr<v1::ListLogsResponse> ListLogs(const v1::ListLogsRequest& request) = 0;
  virtual absl::StatusOr<v1::ListArtefactsResponse> ListArtefacts(const std::string& id) = 0;
  virtual absl::StatusOr<v1::ProfileRunResponse> ProfileRun(const v1::ProfileRunRequest& request) = 0;
  virtual absl::Status FetchArtefact(const v1::FetchArtefactRequest& request,
                                     const std::function<absl::Status(const v1::FetchArtefactResponse&)>& take) = 0;

  // `take` gets each message; its error ends the call.
  virtual absl::Status ExportSamples(const v1::ExportSamplesRequest& request,
                                     const std::function<absl::Status(const v1::ExportSamplesResponse&)>& take) = 0;
  // `produce` hands each message to its argument, which waits until the server
  // takes it; the error of either ends the call and nothing is imported.
  using SendImport = std::function<absl::Status(v1::ImportRunsRequest)>;
  virtual absl::StatusOr<v1::ImportRunsResponse> Import(const std::function<absl::Status(const SendImport&)>& produce) = 0;
  virtual absl::Status Query(const v1::QueryRequest& request,
                             const std::function<absl::Status(const v1::QueryResponse&)>& take) = 0;

  // The store's upkeep. `take` gets progress, findings and at last the result.
  virtual absl::Status CheckStore(const v1::CheckStoreRequest& request,
                                  const std::function<absl::Status(const v1::CheckStoreResponse&)>& take) = 0;
  virtual absl::Status BackUpStore(const v1::BackUpStoreRequest& request,
                                   const std::function<absl::Status(const v1::BackUpStoreResponse&)>& take) = 0;
  virtual absl::Status CompactStore(const v1::CompactStoreRequest& request,
                                    const std::function<absl::Status(const v1::CompactStoreResponse&)>& take) = 0;
  virtual absl::Status ExpireStore(const v1::ExpireStoreRequest& request,
                                   const std::function<absl::Status(const v1::ExpireStoreResponse&)>& take) = 0;
  virtual absl::Status RemoveRun(const v1::RemoveRunRequest& request,
                                 const std::function<absl::Status(const v1::RemoveRunResponse&)>& take) = 0;
  virtual absl::StatusOr<v1::GetStoreStatsResponse> GetStoreStats() = 0;
  virtual absl::StatusOr<v1::PinRunResponse> PinRun(const v1::PinRunRequest& request) = 0;

  // `wakeup` is notified whenever Take or Ended may have something new; it
  // must outlive the watch.
  virtual std::unique_ptr<RunWatch> Watch(const std::string& id, bool from_start, Wakeup& wakeup) = 0;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_CONTROL_CONTROL_CLIENT_H_
