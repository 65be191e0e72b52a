// seep runs ls|show|watch|stop
#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/follower.h"
#include "cli/commands/run_results.h"
#include "cli/render/across_listings.h"
#include "cli/render/listings.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::uint32_t kPage = 500;

template <typename Enum>
absl::StatusOr<Enum> ParseWord(const char* flag, const char* prefix, std::string word, bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  Enum value;
  if (parse(absl::StrCat(prefix, word), &value)) return value;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": no '", Printable(word), "' there is"));
}

struct Collected {
  std::vector<v1::Run> runs;
  Sparks sparks;
};

absl::StatusOr<Collected> Collect(const Invocation& invocation, ControlClient& client) {
  v1::ListRunsRequest request;
  request.set_campaign_id(invocation.campaign);
  request.set_filter(absl::StrJoin(invocation.across.filter, " "));
  // A program that reads a list wants figures; a line of bars is for people.
  request.set_with_sparks(!invocation.across.no_trend && invocation.format != Format::kCsv);
  if (!invocation.state.empty()) {
    SEEP_ASSIGN_OR_RETURN(const v1::RunState state, ParseWord<v1::RunState>("--state", "RUN_STATE_", invocation.state, &v1::RunState_Parse));
    request.set_state(state);
  }
  if (!invocation.verdict.empty()) {
    SEEP_ASSIGN_OR_RETURN(const v1::Verdict verdict, ParseWord<v1::Verdict>("--verdict", "VERDICT_", invocation.verdict, &v1::Verdict_Parse));
    request.set_verdict(verdict);
  }
  const std::size_t limit = invocation.limit == 0 ? 100 : invocation.limit;
  Collected all;
  while (all.runs.size() < limit) {
    request.set_limit(std::min<std::uint32_t>(kPage, static_cast<std::uint32_t>(limit - all.runs.size())));
    SEEP_ASSIGN_OR_RETURN(const v1::ListRunsResponse page, client.ListRuns(request));
    all.runs.insert(all.runs.end(), page.runs().begin(), page.runs().end());
    for (const v1::Spark& spark : page.sparks()) all.sparks[spark.run_id()] = spark;
    if (page.next_before_id().empty() || page.runs().empty()) break;
    request.set_before_id(page.next_before_id());
  }
  return all;
}

}  // namespace

ExitCode RunsList(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto all = Collect(session.invocation, connection->client());
  if (!all.ok()) return Fail(session, all.status());
  session.console.Out(ListRuns(all->runs, all->sparks, session.console.out_style.ascii).Text(session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode RunsShow(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto run = connection->client().GetRun(session.invocation.object);
  if (!run.ok()) return Fail(session, run.status());
  session.console.Out(ShowRun(run->run(), session.invocation.format, session.console.out_style));
  const Format format = session.invocation.format;
  if (format != Format::kTable && format != Format::kWide) return ExitCode::kClean;
  const auto notes = connection->client().ListAnnotations(session.invocation.object);
  if (notes.ok()) session.console.Out(Notes(notes->annotations()));
  // A pointer, not the answer: a coordinator that cannot tell leaves it out.
  const auto kept = connection->client().ListArtefacts(session.invocation.object);
  if (kept.ok() && kept->artefacts_size() > 0) {
    session.console.Out(fmt::format("kept      {} profiles or dumps; `seep runs artefacts {}` lists and fetches them\n",
                                    kept->artefacts_size(), Printable(session.invocation.object)));
  }
  return ExitCode::kClean;
}

ExitCode RunsWatch(Session& session) {
  Follower::Options options;
  options.from_start = session.invocation.from_start;
  if (!session.invocation.line_interval.empty()) {
    const auto interval = ParseDuration(session.invocation.line_interval);
    if (!interval.ok()) return Fail(session, Annotate(interval.status(), "--line-interval"));
    options.pace.interval_us = std::max<std::int64_t>(1, absl::ToInt64Microseconds(*interval));
  }
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto run = connection->client().GetRun(session.invocation.object);
  if (!run.ok()) return Fail(session, run.status());
  Follower follower(session, *connection, options);
  if (const auto status = follower.Follow({run->run()}); !status.ok()) {
    return status.code() == absl::StatusCode::kCancelled ? ExitCode::kInterrupted : Fail(session, status);
  }
  const auto report = connection->client().GetReport(session.invocation.object);
  if (!report.ok()) return Fail(session, report.status());
  PrintReport(session, *report);
  return ExitCodeOf(report->run());
}

ExitCode RunsStop(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const std::string reason = session.invocation.reason.empty() ? "stopped by a person" : session.invocation.reason;
  const auto stopped = connection->client().StopRun(session.invocation.object, reason);
  if (!stopped.ok()) return Fail(session, stopped.status());
  session.console.Out(ShowRun(stopped->run(), session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

}  // namespace seep::cli
