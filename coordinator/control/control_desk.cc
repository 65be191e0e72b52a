#include "coordinator/control/control_desk.h"

#include "absl/strings/str_cat.h"
#include "common/os/random.h"
#include "coordinator/control/report.h"
#include "coordinator/control/run_export.h"
#include "coordinator/log/log.h"
#include "coordinator/thresholds/operation_tallies.h"

namespace seep::coordinator {
namespace {

CampaignSource SourceOf(const v1::SubmitCampaignRequest& request) {
  CampaignSource source;
  source.yaml = request.yaml();
  if (!request.file_name().empty()) source.file_name = request.file_name();
  for (const auto& one : request.overrides()) source.overrides.emplace_back(one.path(), one.value());
  return source;
}

// Short enough to be typed again with --set seed=.
std::uint64_t DrawSeed() { return EntropySeed() % 1'000'000'000; }

v1::Run NewRun(const PlannedRun& planned, WallTime now) {
  v1::Run run;
  *run.mutable_spec() = planned.spec;
  *run.mutable_chaos() = planned.chaos;
  *run.mutable_judging() = planned.judging;
  run.set_state(v1::RUN_STATE_QUEUED);
  run.set_created_wall_us(now.micros());
  return run;
}

}  // namespace

ControlDesk::ControlDesk(EventLoop& loop, EventLoop& worker, storage::Store& store, storage::AcrossRuns& across,
                         Fleet& fleet, RunBook& runs, Options options)
    : loop_(loop), worker_(worker), store_(store), across_(across), fleet_(fleet), runs_(runs), options_(std::move(options)) {}

void ControlDesk::GetVersion(const v1::GetVersionRequest&, Answer<v1::GetVersionResponse> answer) {
  v1::GetVersionResponse response;
  response.set_release(options_.release);
  response.set_min_link_version(kMinLinkVersion);
  response.set_max_link_version(kMaxLinkVersion);
  response.set_schema_version(options_.schema_version);
  answer(std::move(response));
}

void ControlDesk::ValidateCampaign(const v1::SubmitCampaignRequest& request,
                                   Answer<v1::ValidateCampaignResponse> answer) {
  worker_.Post([this, &loop = loop_, source = SourceOf(request), answer = std::move(answer)]() mutable {
    auto parsed = ParseCampaign(source, DrawSeed());
    loop.Post([this, parsed = std::move(parsed), answer = std::move(answer)]() mutable {
      if (!parsed.ok()) return answer(parsed.status());
      v1::ValidateCampaignResponse response;
      for (const PlannedRun& planned : parsed->runs) *response.add_runs() = NewRun(planned, loop_.clock().WallNow());
      for (std::string& warning : parsed->warnings) response.add_warnings(std::move(warning));
      answer(std::move(response));
    });
  });
}

void ControlDesk::SubmitCampaign(const v1::SubmitCampaignRequest& request, Answer<v1::SubmitCampaignResponse> answer) {
  if (const absl::Status room = options_.takes_campaigns(); !room.ok()) return answer(room);
  worker_.Post([this, &loop = loop_, request, answer = std::move(answer)]() mutable {
    auto parsed = ParseCampaign(SourceOf(request), DrawSeed());
    loop.Post([this, request = std::move(request), parsed = std::move(parsed), answer = std::move(answer)]() mutable {
      if (!parsed.ok()) return answer(parsed.status());
      StoreCampaign(request, *std::move(parsed), std::move(answer));
    });
  });
}

void ControlDesk::StoreCampaign(const v1::SubmitCampaignRequest& request, ParsedCampaign parsed,
                                Answer<v1::SubmitCampaignResponse> answer) {
  const WallTime now = loop_.clock().WallNow();
  storage::NewCampaign made;
  made.idempotency_key = request.idempotency_key();
  made.campaign.set_name(parsed.name);
  made.campaign.set_yaml(parsed.yaml);
  made.campaign.set_created_wall_us(now.micros());
  for (const PlannedRun& planned : parsed.runs) made.runs.push_back(NewRun(planned, now));
  store_.CreateCampaign(std::move(made), [this, warnings = std::move(parsed.warnings), answer = std::move(answer)](
                                             absl::StatusOr<storage::StoredCampaign> stored) mutable {
    if (!stored.ok()) return answer(stored.status());
    LogInfo({{"campaign", stored->campaign.campaign_id()}, {"name", stored->campaign.name()},
             {"state", stored->existed ? "known" : "submitted"}, {"runs", absl::StrCat(stored->runs.size())}});
    if (!stored->existed) runs_.Add(stored->runs);
    v1::SubmitCampaignResponse response;
    *response.mutable_campaign() = std::move(stored->campaign);
    for (v1::Run& run : stored->runs) *response.add_runs() = std::move(run);
    for (std::string& warning : warnings) response.add_warnings(std::move(warning));
    answer(std::move(response));
  });
}

void ControlDesk::ListCampaigns(const v1::ListCampaignsRequest& request, Answer<v1::ListCampaignsResponse> answer) {
  store_.ListCampaigns({request.before_id(), request.limit()},
                       [answer = std::move(answer)](absl::StatusOr<storage::CampaignPage> page) mutable {
                         if (!page.ok()) return answer(page.status());
                         v1::ListCampaignsResponse response;
                         for (auto& campaign : page->campaigns) *response.add_campaigns() = std::move(campaign);
                         response.set_next_before_id(page->next_before_id);
                         answer(std::move(response));
                       });
}

void ControlDesk::GetCampaign(const v1::GetCampaignRequest& request, Answer<v1::GetCampaignResponse> answer) {
  store_.GetCampaign(request.campaign_id(),
                     [answer = std::move(answer)](absl::StatusOr<storage::StoredCampaign> stored) mutable {
                       if (!stored.ok()) return answer(stored.status());
                       v1::GetCampaignResponse response;
                       *response.mutable_campaign() = std::move(stored->campaign);
                       OperationTallies operations;
                       for (v1::Run& run : stored->runs) {
                         if (run.has_verdict()) {
                           for (v1::OperationFigures& figures : *run.mutable_verdict()->mutable_operations()) {
                             operations.Add(figures);
                             figures.clear_latency();
                           }
                         }
                         *response.add_runs() = std::move(run);
                       }
                       operations.WriteTo(*response.mutable_operations(), /*exact=*/false);
                       answer(std::move(response));
                     });
}

void ControlDesk::CancelCampaign(const v1::CancelCampaignRequest& request, Answer<v1::CancelCampaignResponse> answer) {
  store_.CancelCampaign(request.campaign_id(), [this, id = request.campaign_id(), answer = std::move(answer)](
                                                   absl::Status cancelled) mutable {
    if (!cancelled.ok()) return answer(cancelled);
    store_.GetCampaign(id, [this, id, answer = std::move(answer)](absl::StatusOr<storage::StoredCampaign> stored) mutable {
      if (!stored.ok()) return answer(stored.status());
      v1::CancelCampaignResponse response;
      for (const v1::Run& run : stored->runs) {
        if (runs_.Stop(run.run_id(), absl::StrCat("campaign ", id, " was cancelled")).ok()) {
          response.add_stopped_run_ids(run.run_id());
        }
      }
      answer(std::move(response));
    });
  });
}

void ControlDesk::GetRun(const v1::GetRunRequest& request, Answer<v1::GetRunResponse> answer) {
  store_.GetRun(request.run_id(), [answer = std::move(answer)](absl::StatusOr<v1::Run> run) mutable {
    if (!run.ok()) return answer(run.status());
    v1::GetRunResponse response;
    *response.mutable_run() = *std::move(run);
    answer(std::move(response));
  });
}

void ControlDesk::StopRun(const v1::StopRunRequest& request, Answer<v1::StopRunResponse> answer) {
  store_.GetRun(request.run_id(), [this, request, answer = std::move(answer)](absl::StatusOr<v1::Run> run) mutable {
    if (!run.ok()) return answer(run.status());
    if (const absl::Status stopped = runs_.Stop(request.run_id(), request.reason()); !stopped.ok()) {
      return answer(absl::FailedPreconditionError(
          absl::StrCat("run ", request.run_id(), " is already ", StateName(run->state()))));
    }
    v1::StopRunResponse response;
    const v1::Run* open = runs_.Find(request.run_id());
    *response.mutable_run() = open == nullptr ? *run : *open;
    answer(std::move(response));
  });
}

void ControlDesk::GetReport(const v1::GetReportRequest& request, Answer<v1::GetReportResponse> answer) {
  GatherReport(loop_, worker_, store_, across_, request.run_id(), std::move(answer));
}

void ControlDesk::ListAgents(const v1::ListAgentsRequest&, Answer<v1::ListAgentsResponse> answer) {
  v1::ListAgentsResponse response;
  const auto taken = runs_.SlotsTaken();
  for (v1::AgentInfo& agent : fleet_.List()) {
    const auto count = taken.find(agent.agent());
    agent.set_slots_used(count == taken.end() ? 0 : count->second);
    *response.add_agents() = std::move(agent);
  }
  answer(std::move(response));
}

void ControlDesk::ListFaults(const v1::ListFaultsRequest& request, Answer<v1::ListFaultsResponse> answer) {
  store_.ListFaults(request.run_id(), request.limit(),
                    [answer = std::move(answer)](absl::StatusOr<std::vector<v1::FaultReport>> faults) mutable {
                      if (!faults.ok()) return answer(faults.status());
                      v1::ListFaultsResponse response;
                      for (v1::FaultReport& fault : *faults) *response.add_faults() = std::move(fault);
                      answer(std::move(response));
                    });
}

void ControlDesk::WatchRun(const v1::WatchRunRequest& request, Stream<v1::RunUpdate> stream) {
  std::erase_if(watches_, [](const auto& entry) {
    const auto watch = entry.second.lock();
    return watch == nullptr || watch->ended();
  });
  if (watches_.size() >= kMaxStreams) {
    return stream->Finish(absl::ResourceExhaustedError(absl::StrCat(kMaxStreams, " watchers already; try again later")));
  }
  auto watch = std::make_shared<RunWatch>(loop_, store_, request.run_id(), std::move(stream));
  watches_.emplace(request.run_id(), watch);
  watch->Start(request.from_start());
}

void ControlDesk::ExportSamples(const v1::ExportSamplesRequest& request, Stream<v1::ExportSamplesResponse> stream) {
  std::make_shared<RunExport>(store_, request, std::move(stream))->Start();
}

void ControlDesk::EndWatches() {
  for (const auto& [run_id, weak] : watches_) {
    if (const auto watch = weak.lock()) watch->Interrupt();
  }
}

void ControlDesk::OnRunChanged(const std::string& run_id) {
  const auto [begin, end] = watches_.equal_range(run_id);
  for (auto entry = begin; entry != end; ++entry) {
    if (const auto watch = entry->second.lock()) watch->Nudge();
  }
}

}  // namespace seep::coordinator
