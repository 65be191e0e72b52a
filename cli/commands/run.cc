// seep run: submit, watch, report, answer with the exit code.
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/commands/comparing.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/follower.h"
#include "cli/commands/run_results.h"
#include "cli/commands/spec_request.h"
#include "cli/spec/spec_edits.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

struct Soak {
  Session& session;
  RunFlags flags;
  v1::SubmitCampaignRequest request;
  LivePace pace;
};

absl::StatusOr<LivePace> PaceOf(const Invocation& invocation) {
  LivePace pace;
  if (invocation.line_interval.empty()) return pace;
  const auto interval = ParseDuration(invocation.line_interval);
  if (!interval.ok()) return Annotate(interval.status(), "--line-interval");
  pace.interval_us = std::max<std::int64_t>(1, absl::ToInt64Microseconds(*interval));
  return pace;
}

// A file that cannot be written is found out before the soak, not after it.
absl::Status CheckCsvFile(const RunFlags& flags, int runs) {
  if (flags.csv.empty()) return absl::OkStatus();
  if (runs != 1) {
    return absl::InvalidArgumentError(absl::StrCat("--csv takes one run, this campaign makes ", runs, "; use `seep export RUN` for each"));
  }
  SEEP_RETURN_IF_ERROR(CheckCsvLayout(flags.csv_layout.empty() ? "go-memtest" : flags.csv_layout));
  UniqueFd file(open(flags.csv.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return file.valid() ? absl::OkStatus() : absl::InvalidArgumentError(ErrnoStatus(errno, "--csv: " + Printable(flags.csv)).message());
}

absl::Status Prepare(Soak& soak, Connection& connection) {
  SEEP_ASSIGN_OR_RETURN(const v1::ValidateCampaignResponse plan, connection.client().Validate(soak.request));
  SEEP_RETURN_IF_ERROR(CheckCsvFile(soak.flags, plan.runs_size()));
  const std::string& base = soak.session.invocation.across.base;
  if (!base.empty()) SEEP_RETURN_IF_ERROR(Annotate(CheckComparable(connection.client(), base), "--compare-to"));
  if (base.empty() && !soak.session.invocation.across.fail_on.empty()) {
    return absl::InvalidArgumentError("--fail-on wants --compare-to; without it the verdict alone makes the exit code");
  }
  if (connection.fleet() == nullptr) return absl::OkStatus();
  SEEP_RETURN_IF_ERROR(EndAbandonedRuns(connection.client()));
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> secrets, SecretsSet(soak.session.environment));
  SEEP_ASSIGN_OR_RETURN(const OwnProcesses own, ProcessesOf(soak.flags, soak.session.environment, std::filesystem::current_path().string()));
  return StartAgentsFor(plan, connection, static_cast<int>(soak.session.invocation.slots), secrets, own);
}

absl::StatusOr<ExitCode> Finish(Soak& soak, Connection& connection, const std::vector<std::string>& run_ids, bool interrupted) {
  std::vector<ExitCode> codes;
  std::vector<v1::GetReportResponse> reports;
  for (const std::string& run_id : run_ids) {
    SEEP_ASSIGN_OR_RETURN(v1::GetReportResponse report, connection.client().GetReport(run_id));
    codes.push_back(ExitCodeOf(report.run()));
    reports.push_back(std::move(report));
  }
  PrintReports(soak.session, reports);
  if (!soak.flags.csv.empty()) {
    const std::string layout = soak.flags.csv_layout.empty() ? "go-memtest" : soak.flags.csv_layout;
    SEEP_RETURN_IF_ERROR(ExportCsvToFile(connection.client(), run_ids.front(), layout, false, soak.flags.csv, Overwrite::kYes));
  }
  if (interrupted) return ExitCode::kInterrupted;
  if (!soak.session.invocation.across.base.empty()) {
    SEEP_ASSIGN_OR_RETURN(const ExitCode compared, CompareAndPrint(soak.session, connection.client(), run_ids));
    codes.push_back(compared);
  }
  return LoudestOf(codes);
}

absl::StatusOr<ExitCode> SubmitAndFollow(Soak& soak, Connection& connection) {
  SEEP_RETURN_IF_ERROR(Prepare(soak, connection));
  SEEP_ASSIGN_OR_RETURN(const v1::SubmitCampaignResponse submitted, connection.client().Submit(soak.request));
  SayWarnings(soak.session, submitted.warnings());
  std::vector<std::string> run_ids;
  for (const v1::Run& run : submitted.runs()) run_ids.push_back(run.run_id());
  if (run_ids.empty()) return absl::InternalError("the coordinator made no runs of this campaign");
  soak.session.console.ErrLine(fmt::format("campaign {}  {} run{}   {}", Printable(submitted.campaign().campaign_id()), run_ids.size(),
                                           run_ids.size() == 1 ? "" : "s",
                                           connection.fleet() != nullptr ? "Ctrl-C stops it and reports"
                                                                         : "Ctrl-C detaches, the runs go on"));
  Follower follower(soak.session, connection, {soak.pace, true, run_ids.size() > 1});
  SEEP_RETURN_IF_ERROR(follower.Follow({submitted.runs().begin(), submitted.runs().end()}));
  return Finish(soak, connection, run_ids, follower.interrupted());
}

}  // namespace

ExitCode Run(Session& session) {
  RunFlags flags = session.invocation.run;
  auto request = RunRequest(session, flags);
  if (!request.ok()) return Fail(session, request.status());
  if (session.invocation.print_spec) {
    session.console.Out(PrintableSpec(*request));
    return ExitCode::kClean;
  }
  const auto pace = PaceOf(session.invocation);
  if (!pace.ok()) return Fail(session, pace.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRun);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  Soak soak{session, std::move(flags), *std::move(request), *pace};
  const auto code = SubmitAndFollow(soak, *connection);
  if (code.ok()) {
    connection->Close();
    if (session.invocation.format == Format::kTable || session.invocation.format == Format::kWide) {
      session.console.Out(fmt::format("exit {}\n", static_cast<int>(*code)));
    }
    return *code;
  }
  if (code.status().code() == absl::StatusCode::kCancelled) {
    connection->Kill();  // nothing to wait for: the second Ctrl-C, or a detached client
    return ExitCode::kInterrupted;
  }
  connection->Close(absl::Seconds(10));
  return Fail(session, code.status());
}

}  // namespace seep::cli
