// What the CLI asks: campaigns, runs, agents, faults, reports (control.proto).
//
// Threads: coordinator loop only; parsing and long readings go to `worker`.
// Owns:    watches and queries under way. Borrows the rest.
// Failure: as control.proto says; messages name the object and what to do.
// Bound:   kMaxStreams watches and exports, kMaxQueries queries at once.
#ifndef SEEP_COORDINATOR_CONTROL_CONTROL_DESK_H_
#define SEEP_COORDINATOR_CONTROL_CONTROL_DESK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/event_loop/event_loop.h"
#include "coordinator/campaign/campaign_parser.h"
#include "coordinator/control/answer.h"
#include "coordinator/control/run_watch.h"
#include "coordinator/fleet/fleet.h"
#include "coordinator/runs/run_book.h"
#include "seep/v1/control.pb.h"
#include "storage/across_runs.h"
#include "storage/store.h"

namespace seep::coordinator {

class ControlDesk {
 public:
  static constexpr std::size_t kMaxStreams = 256;

  struct Options {
    std::string release;
    int schema_version = 0;
    std::function<absl::Status()> takes_campaigns = [] { return absl::OkStatus(); };
  };
  ControlDesk(EventLoop& loop, EventLoop& worker, storage::Store& store, storage::AcrossRuns& across, Fleet& fleet,
              RunBook& runs, Options options);

  void GetVersion(const v1::GetVersionRequest& request, Answer<v1::GetVersionResponse> answer);
  void ValidateCampaign(const v1::SubmitCampaignRequest& request, Answer<v1::ValidateCampaignResponse> answer);
  void SubmitCampaign(const v1::SubmitCampaignRequest& request, Answer<v1::SubmitCampaignResponse> answer);
  void ListCampaigns(const v1::ListCampaignsRequest& request, Answer<v1::ListCampaignsResponse> answer);
  void GetCampaign(const v1::GetCampaignRequest& request, Answer<v1::GetCampaignResponse> answer);
  void CancelCampaign(const v1::CancelCampaignRequest& request, Answer<v1::CancelCampaignResponse> answer);
  void GetRun(const v1::GetRunRequest& request, Answer<v1::GetRunResponse> answer);
  void StopRun(const v1::StopRunRequest& request, Answer<v1::StopRunResponse> answer);
  void GetReport(const v1::GetReportRequest& request, Answer<v1::GetReportResponse> answer);
  void ListLogs(const v1::ListLogsRequest& request, Answer<v1::ListLogsResponse> answer);
  void ListArtefacts(const v1::ListArtefactsRequest& request, Answer<v1::ListArtefactsResponse> answer);
  void FetchArtefact(const v1::FetchArtefactRequest& request, Stream<v1::FetchArtefactResponse> stream);
  void ProfileRun(const v1::ProfileRunRequest& request, Answer<v1::ProfileRunResponse> answer);
  void ListAgents(const v1::ListAgentsRequest& request, Answer<v1::ListAgentsResponse> answer);
  void ListFaults(const v1::ListFaultsRequest& request, Answer<v1::ListFaultsResponse> answer);

  void WatchRun(const v1::WatchRunRequest& request, Stream<v1::RunUpdate> stream);
  void ExportSamples(const v1::ExportSamplesRequest& request, Stream<v1::ExportSamplesResponse> stream);

  // Something of the run was stored: its watchers look again.
  void OnRunChanged(const std::string& run_id);
  // Watchers are told to come back later instead of holding up the stop.
  void EndWatches();

 private:
  void StoreCampaign(const v1::SubmitCampaignRequest& request, ParsedCampaign parsed,
                     Answer<v1::SubmitCampaignResponse> answer);

  EventLoop& loop_;
  EventLoop& worker_;
  storage::Store& store_;
  storage::AcrossRuns& across_;
  Fleet& fleet_;
  RunBook& runs_;
  const Options options_;
  std::multimap<std::string, std::weak_ptr<RunWatch>> watches_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONTROL_CONTROL_DESK_H_
