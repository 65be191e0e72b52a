// seep demo: two agents, a healthy wallet and a leaking one side by side.
#include <fmt/format.h>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/follower.h"
#include "cli/commands/run_results.h"
#include "cli/render/quantities.h"
#include "cli/spec/spec_edits.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr char kHealthy[] = "healthy";
constexpr char kLeaking[] = "leaking";

absl::StatusOr<v1::SubmitCampaignRequest> WalletSpec(const char* name, const std::string& duration) {
  RunFlags flags;
  flags.name = name;
  flags.sdk = "simulated-wallet";
  flags.scenarios = {"payments"};
  flags.duration = duration;
  flags.interval = "20ms";
  flags.mem_interval = "250ms";
  flags.placement = {absl::StrCat("demo=", name)};
  if (name == std::string_view(kLeaking)) flags.leaks = {"payment=4KiB"};
  SEEP_ASSIGN_OR_RETURN(const std::vector<SpecEdit> whole, WholeSpec(flags, Environment()));
  v1::SubmitCampaignRequest request;
  request.set_yaml(ComposeYaml(whole));
  request.set_file_name("demo");
  request.set_idempotency_key(EntropyHex(16));
  return request;
}

absl::StatusOr<std::vector<v1::Run>> StartBoth(Session& session, Connection& connection) {
  SEEP_RETURN_IF_ERROR(EndAbandonedRuns(connection.client()));
  std::vector<v1::Run> runs;
  for (const char* name : {kHealthy, kLeaking}) {
    EmbeddedAgent agent;
    agent.name = absl::StrCat("demo-", name);
    agent.labels = {{"demo", name}};
    SEEP_RETURN_IF_ERROR(connection.fleet()->AddAgent(agent, {}));
  }
  for (const char* name : {kHealthy, kLeaking}) {
    SEEP_ASSIGN_OR_RETURN(const v1::SubmitCampaignRequest request, WalletSpec(name, session.invocation.demo_duration));
    SEEP_ASSIGN_OR_RETURN(const v1::SubmitCampaignResponse submitted, connection.client().Submit(request));
    runs.insert(runs.end(), submitted.runs().begin(), submitted.runs().end());
  }
  return runs;
}

// The verdicts that the demo is to show; what it says of each.
bool AsExpected(Session& session, const v1::Run& run) {
  const bool leaking = run.spec().name() == kLeaking;
  const v1::Verdict expected = leaking ? v1::VERDICT_LEAK : v1::VERDICT_CLEAN;
  const bool met = run.state() == v1::RUN_STATE_FINISHED && run.verdict().verdict() == expected;
  session.console.Out(fmt::format("{:<8} wallet: {}, {}\n", run.spec().name(), VerdictWord(run.verdict().verdict()),
                                  met ? "as expected" : fmt::format("expected {}", VerdictWord(expected))));
  return met;
}

absl::StatusOr<ExitCode> Show(Session& session, Connection& connection) {
  SEEP_ASSIGN_OR_RETURN(const std::vector<v1::Run> runs, StartBoth(session, connection));
  session.console.ErrLine(fmt::format(
      "demo: a coordinator, two agents; a healthy wallet SDK, and one that leaks 4 KiB a payment; about {}", session.invocation.demo_duration));
  Follower::Options options;
  options.prefix = true;
  options.pace.interval_us = 5'000'000;
  if (!session.invocation.line_interval.empty()) {
    SEEP_ASSIGN_OR_RETURN(const absl::Duration interval, ParseDuration(session.invocation.line_interval));
    options.pace.interval_us = std::max<std::int64_t>(1, absl::ToInt64Microseconds(interval));
  }
  Follower follower(session, connection, options);
  SEEP_RETURN_IF_ERROR(follower.Follow(runs));
  std::vector<v1::Run> ended;
  for (const v1::Run& run : runs) {
    SEEP_ASSIGN_OR_RETURN(const v1::GetReportResponse report, connection.client().GetReport(run.run_id()));
    PrintReport(session, report);
    session.console.Out("\n");
    ended.push_back(report.run());
  }
  bool all = true;
  for (const v1::Run& run : ended) all = AsExpected(session, run) && all;
  if (follower.interrupted()) return ExitCode::kInterrupted;
  return all ? ExitCode::kClean : ExitCode::kFailed;
}

}  // namespace

ExitCode Demo(Session& session) {
  if (!session.invocation.server.empty()) session.console.ErrLine("note: the demo always runs on this machine; --server is not used");
  Invocation here = session.invocation;
  here.server.clear();
  Session local{here, session.environment, session.console, session.interruption, session.binary_directory};
  auto connection = Connection::Open(local, Connection::Purpose::kRun);
  if (!connection.ok()) return Fail(local, EmbeddedTrouble(local, connection.status()));
  const auto code = Show(local, *connection);
  if (code.ok()) {
    connection->Close();
    return *code;
  }
  if (code.status().code() == absl::StatusCode::kCancelled) {
    connection->Kill();
    return ExitCode::kInterrupted;
  }
  connection->Close(absl::Seconds(10));
  return Fail(local, code.status());
}

}  // namespace seep::cli
