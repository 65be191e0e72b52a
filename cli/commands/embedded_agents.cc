#include "cli/commands/embedded_agents.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/arguments/nearest_word.h"
#include "cli/console/exit_code.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

using Labels = std::map<std::string, std::string>;

constexpr std::size_t kMaxAgents = 8;

const v1::AgentInfo::DriverInfo* FindDriver(const v1::AgentInfo& agent, const std::string& name) {
  for (const auto& driver : agent.drivers()) {
    if (driver.name() == name) return &driver;
  }
  return nullptr;
}

absl::Status CheckEntry(const char* path, const std::string& entry, const google::protobuf::RepeatedPtrField<std::string>& known) {
  const std::vector<std::string> names(known.begin(), known.end());
  if (std::find(names.begin(), names.end(), entry) != names.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": no '", Printable(entry), "' in the drivers file; there are ",
                                                 names.empty() ? "none" : absl::StrJoin(names, ", "), DidYouMean(entry, names)));
}

absl::Status CheckTarget(const v1::TargetSpec& target, const v1::AgentInfo& agent) {
  if (target.kind() == v1::TARGET_KIND_PROCESS || target.kind() == v1::TARGET_KIND_ATTACH) {
    SEEP_RETURN_IF_ERROR(CheckEntry("target", target.entry(), agent.targets()));
    return target.has_load() ? CheckEntry("target.load", target.load().entry(), agent.loads()) : absl::OkStatus();
  }
  const auto* driver = FindDriver(agent, target.driver());
  if (driver == nullptr) {
    std::vector<std::string> names;
    for (const auto& known : agent.drivers()) names.push_back(known.name());
    return absl::InvalidArgumentError(absl::StrCat("sdk.driver: no driver '", Printable(target.driver()), "' in the drivers file; there are ",
                                                   names.empty() ? "none" : absl::StrJoin(names, ", "),
                                                   DidYouMean(target.driver(), names)));
  }
  const auto& versions = driver->versions();
  const bool any = target.version().empty() || versions.empty() ||
                   std::find(versions.begin(), versions.end(), target.version()) != versions.end();
  if (any) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("sdk.version: ", Printable(target.driver()), " ", Printable(target.version()),
                                                 " is not installed here; there are ", absl::StrJoin(versions, ", ")));
}

}  // namespace

absl::Status StartAgentsFor(const v1::ValidateCampaignResponse& plan, Connection& connection, int slots,
                            const std::vector<std::string>& secrets, const OwnProcesses& own) {
  std::set<Labels> placements;
  for (const v1::Run& run : plan.runs()) {
    placements.insert(Labels(run.spec().placement().begin(), run.spec().placement().end()));
  }
  if (placements.empty()) placements.insert(Labels());
  if (placements.size() > kMaxAgents) {
    return absl::InvalidArgumentError(absl::StrCat("the campaign places its runs in ", placements.size(),
                                                   " ways; an embedded run starts at most ", kMaxAgents, " agents: use --server"));
  }
  int number = 0;
  for (const Labels& labels : placements) {
    EmbeddedAgent agent;
    agent.name = ++number == 1 ? "local" : absl::StrCat("local-", number);
    agent.labels = labels;
    agent.slots = slots;
    agent.own = own;
    SEEP_RETURN_IF_ERROR(connection.fleet()->AddAgent(agent, secrets));
  }
  SEEP_ASSIGN_OR_RETURN(const v1::ListAgentsResponse agents, connection.client().ListAgents());
  for (const v1::AgentInfo& agent : agents.agents()) {
    if (!agent.connected()) continue;
    for (const v1::Run& run : plan.runs()) SEEP_RETURN_IF_ERROR(CheckTarget(run.spec().target(), agent));
  }
  return absl::OkStatus();
}

absl::Status EndAbandonedRuns(ControlClient& client) {
  v1::ListRunsRequest request;
  request.set_limit(1000);
  SEEP_ASSIGN_OR_RETURN(const v1::ListRunsResponse listed, client.ListRuns(request));
  for (const v1::Run& run : listed.runs()) {
    if (IsOver(run.state())) continue;
    // One that ends by itself meanwhile is no error.
    client.StopRun(run.run_id(), "its session was killed").status().IgnoreError();
  }
  return absl::OkStatus();
}

absl::Status EmbeddedTrouble(const Session& session, const absl::Status& status) {
  if (!session.invocation.server.empty() || status.code() != absl::StatusCode::kFailedPrecondition) return status;
  return absl::UnavailableError(status.message());
}

}  // namespace seep::cli
