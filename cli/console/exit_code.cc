#include "cli/console/exit_code.h"

#include <algorithm>

namespace seep::cli {
namespace {

// Seeds' exit codes rank a found leak above all else; being interrupted is not
// a property of a run and never comes through here.
int Loudness(ExitCode code) {
  switch (code) {
    case ExitCode::kLeak: return 5;
    case ExitCode::kUnreachable: return 4;
    case ExitCode::kFailed: return 3;
    case ExitCode::kUsage: return 2;
    case ExitCode::kUndecided: return 1;
    default: return 0;
  }
}

bool BudgetBreached(const v1::RunVerdict& verdict) {
  return std::any_of(verdict.rules().begin(), verdict.rules().end(), [](const v1::RuleFinding& finding) {
    return finding.rule_set() == "budget" && finding.applicable() && finding.breached();
  });
}

bool ThresholdMissed(const v1::RunVerdict& verdict) {
  return std::any_of(verdict.thresholds().begin(), verdict.thresholds().end(), [](const v1::ThresholdResult& result) {
    return result.state() == v1::ThresholdResult::STATE_MISSED;
  });
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk: return ExitCode::kClean;
    case absl::StatusCode::kCancelled: return ExitCode::kInterrupted;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange: return ExitCode::kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kUnimplemented: return ExitCode::kUnreachable;
    default: return ExitCode::kFailed;
  }
}

ExitCode ExitCodeOf(const v1::Run& run) {
  const bool finished = run.state() == v1::RUN_STATE_FINISHED;
  // A target that died of its leak has failed and leaked; the leak is the news.
  if (run.verdict().verdict() == v1::VERDICT_LEAK && (finished || run.state() == v1::RUN_STATE_FAILED)) {
    return ExitCode::kLeak;
  }
  if (!finished || BudgetBreached(run.verdict()) || ThresholdMissed(run.verdict())) return ExitCode::kFailed;
  return run.verdict().verdict() == v1::VERDICT_CLEAN ? ExitCode::kClean : ExitCode::kUndecided;
}

ExitCode LoudestOf(const std::vector<ExitCode>& codes) {
  ExitCode loudest = ExitCode::kClean;
  for (const ExitCode code : codes) {
    if (Loudness(code) > Loudness(loudest)) loudest = code;
  }
  return loudest;
}

bool IsOver(v1::RunState state) {
  return state == v1::RUN_STATE_FINISHED || state == v1::RUN_STATE_FAILED || state == v1::RUN_STATE_CANCELLED;
}

}  // namespace seep::cli
