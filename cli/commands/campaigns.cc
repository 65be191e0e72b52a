// seep validate, seep campaign submit|ls|show|cancel
#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/spec_request.h"
#include "cli/render/listings.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::uint32_t kPage = 500;

std::string Placement(const v1::RunSpec& spec) {
  std::string text;
  for (const auto& [key, value] : std::map<std::string, std::string>(spec.placement().begin(), spec.placement().end())) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
  return text.empty() ? "-" : text;
}

// " x3": three host processes.
std::string Processes(const v1::TargetSpec& target) {
  return target.processes() > 1 ? fmt::format(" x{}", target.processes()) : std::string();
}

// What a campaign would run; the runs have no ids yet.
Listing Plan(const v1::ValidateCampaignResponse& response) {
  Listing listing{"runs", Table({{"NAME"}, {"SDK"}, {"DURATION"}, {"SAMPLED EVERY"}, {"PLACEMENT"}, {"SEED"}}), {}};
  for (const v1::Run& run : response.runs()) {
    const v1::RunSpec& spec = run.spec();
    const std::string version = spec.target().version();
    listing.table.Add({spec.name(), spec.target().driver() + (version.empty() ? "" : " " + version) + Processes(spec.target()),
                       FormatSpan(static_cast<double>(spec.duration_ms()) / 1000),
                       FormatSpan(static_cast<double>(spec.sampling().interval_ms()) / 1000), Placement(spec),
                       fmt::format("{}", spec.seed())});
    listing.objects.push_back(JsonValue::OfMessage(run));
  }
  return listing;
}

absl::StatusOr<std::vector<v1::Campaign>> Collect(std::uint32_t limit, ControlClient& client) {
  std::vector<v1::Campaign> campaigns;
  v1::ListCampaignsRequest request;
  while (campaigns.size() < limit) {
    request.set_limit(std::min<std::uint32_t>(kPage, limit - static_cast<std::uint32_t>(campaigns.size())));
    SEEP_ASSIGN_OR_RETURN(const v1::ListCampaignsResponse page, client.ListCampaigns(request));
    campaigns.insert(campaigns.end(), page.campaigns().begin(), page.campaigns().end());
    if (page.next_before_id().empty() || page.campaigns().empty()) break;
    request.set_before_id(page.next_before_id());
  }
  return campaigns;
}

absl::Status NeedsServer(const Session& session) {
  if (!session.invocation.server.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("submits to a fleet; give --server HOST:PORT or SEEP_SERVER, or use `seep run` to soak on this machine");
}

}  // namespace

ExitCode Validate(Session& session) {
  const auto request = FileRequest(session.invocation.run);
  if (!request.ok()) return Fail(session, request.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto plan = connection->client().Validate(*request);
  if (!plan.ok()) return Fail(session, plan.status());
  SayWarnings(session, plan->warnings());
  session.console.Out(Plan(*plan).Text(session.invocation.format, session.console.out_style));
  session.console.ErrLine(fmt::format("valid: {} run{}", plan->runs_size(), plan->runs_size() == 1 ? "" : "s"));
  return ExitCode::kClean;
}

ExitCode CampaignSubmit(Session& session) {
  if (const auto status = NeedsServer(session); !status.ok()) return Fail(session, status);
  const auto request = FileRequest(session.invocation.run);
  if (!request.ok()) return Fail(session, request.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, connection.status());
  const auto submitted = connection->client().Submit(*request);
  if (!submitted.ok()) return Fail(session, submitted.status());
  SayWarnings(session, submitted->warnings());
  v1::GetCampaignResponse shown;
  *shown.mutable_campaign() = submitted->campaign();
  *shown.mutable_runs() = submitted->runs();
  shown.mutable_campaign()->clear_yaml();  // the person has it
  session.console.Out(ShowCampaign(shown, session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode CampaignList(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto campaigns = Collect(session.invocation.limit == 0 ? 100 : session.invocation.limit, connection->client());
  if (!campaigns.ok()) return Fail(session, campaigns.status());
  session.console.Out(ListCampaigns(*campaigns).Text(session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode CampaignShow(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto campaign = connection->client().GetCampaign(session.invocation.object);
  if (!campaign.ok()) return Fail(session, campaign.status());
  session.console.Out(ShowCampaign(*campaign, session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode CampaignCancel(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto cancelled = connection->client().CancelCampaign(session.invocation.object);
  if (!cancelled.ok()) return Fail(session, cancelled.status());
  for (const std::string& run_id : cancelled->stopped_run_ids()) session.console.Out(fmt::format("stopped {}\n", Printable(run_id)));
  if (cancelled->stopped_run_ids().empty()) session.console.ErrLine("no run of it was still going");
  return ExitCode::kClean;
}

}  // namespace seep::cli
