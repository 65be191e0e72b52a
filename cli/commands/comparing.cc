// seep compare
#include "cli/commands/comparing.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/render/comparison.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

// "5%", "5" and "0.05" are one; 0: not given.
absl::StatusOr<double> ParseTolerance(const std::string& text) {
  if (text.empty()) return 0.0;
  double value = 0;
  const bool percent = text.back() == '%';
  const char* const end = text.data() + text.size() - (percent ? 1 : 0);
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !(value > 0) || value >= 1000) {
    return absl::InvalidArgumentError(absl::StrCat("--tolerance: '", Printable(text), "' is no percentage, such as 5%"));
  }
  return percent || value >= 1 ? value / 100 : value;
}

bool Asked(const std::vector<std::string>& fail_on, const char* what) {
  return std::find(fail_on.begin(), fail_on.end(), what) != fail_on.end();
}

}  // namespace

ExitCode ExitCodeOf(const v1::CompareRunsResponse& response, const std::vector<std::string>& fail_on) {
  if (fail_on.empty()) return ExitCode::kClean;
  std::vector<ExitCode> codes;
  for (const v1::RunComparison& comparison : response.comparisons()) {
    if (comparison.run().verdict().verdict() == v1::VERDICT_LEAK) codes.push_back(ExitCode::kLeak);
    if (!Asked(fail_on, "regression")) continue;
    if (comparison.outcome() == v1::OUTCOME_WORSE) codes.push_back(ExitCode::kFailed);
    if (comparison.outcome() == v1::OUTCOME_CANNOT_TELL) codes.push_back(ExitCode::kUndecided);
  }
  return LoudestOf(codes);
}

absl::Status CheckComparable(ControlClient& client, const std::string& reference) {
  v1::CompareRunsRequest request;
  request.set_base(reference);
  request.add_runs(reference);
  return client.CompareRuns(request).status();
}

absl::StatusOr<ExitCode> CompareAndPrint(Session& session, ControlClient& client, const std::vector<std::string>& runs) {
  const AcrossFlags& flags = session.invocation.across;
  v1::CompareRunsRequest request;
  request.set_base(flags.base);
  request.mutable_runs()->Add(runs.begin(), runs.end());
  request.set_align(flags.align == "ops" ? v1::ALIGNMENT_OPERATIONS : v1::ALIGNMENT_TIME);
  request.mutable_series()->Add(flags.series.begin(), flags.series.end());
  SEEP_ASSIGN_OR_RETURN(const double tolerance, ParseTolerance(flags.tolerance));
  request.set_level_tolerance(tolerance);
  SEEP_ASSIGN_OR_RETURN(const v1::CompareRunsResponse response, client.CompareRuns(request));
  session.console.Out(PrintedComparison(response, session.invocation.format, session.console.out_style));
  return ExitCodeOf(response, flags.fail_on);
}

ExitCode Compare(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto code = CompareAndPrint(session, connection->client(), session.invocation.across.runs);
  return code.ok() ? *code : Fail(session, code.status());
}

}  // namespace seep::cli
