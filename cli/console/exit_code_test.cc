#include "cli/console/exit_code.h"

#include <gtest/gtest.h>

namespace seep::cli {
namespace {

v1::Run Ended(v1::RunState state, v1::Verdict verdict) {
  v1::Run run;
  run.set_state(state);
  run.mutable_verdict()->set_verdict(verdict);
  return run;
}

TEST(ExitCode, FollowsTheVerdictOfAFinishedRun) {
  EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN)), ExitCode::kClean);
  EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_FINISHED, v1::VERDICT_LEAK)), ExitCode::kLeak);
  for (const auto verdict : {v1::VERDICT_SUSPECT, v1::VERDICT_INCONCLUSIVE, v1::VERDICT_INVALID, v1::VERDICT_UNSPECIFIED}) {
    EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_FINISHED, verdict)), ExitCode::kUndecided);
  }
}

TEST(ExitCode, TellsABrokenRunFromALeak) {
  EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_FAILED, v1::VERDICT_CLEAN)), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_CANCELLED, v1::VERDICT_UNSPECIFIED)), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_LOST, v1::VERDICT_LEAK)), ExitCode::kFailed);
  // It died of its leak.
  EXPECT_EQ(ExitCodeOf(Ended(v1::RUN_STATE_FAILED, v1::VERDICT_LEAK)), ExitCode::kLeak);
}

TEST(ExitCode, CountsAMissedBudgetAsFailed) {
  v1::Run run = Ended(v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  auto* finding = run.mutable_verdict()->add_rules();
  finding->set_rule_set("budget");
  finding->set_applicable(true);
  EXPECT_EQ(ExitCodeOf(run), ExitCode::kClean);
  finding->set_breached(true);
  EXPECT_EQ(ExitCodeOf(run), ExitCode::kFailed);
  // The seeds' rules are shown beside the verdict and decide nothing.
  finding->set_rule_set("memtest");
  EXPECT_EQ(ExitCodeOf(run), ExitCode::kClean);
}

TEST(ExitCode, RanksALeakAboveAMissedThresholdAndThatAboveWhatIsUndecided) {
  for (const v1::Verdict verdict : {v1::VERDICT_CLEAN, v1::VERDICT_INCONCLUSIVE, v1::VERDICT_SUSPECT}) {
    v1::Run run = Ended(v1::RUN_STATE_FINISHED, verdict);
    run.mutable_verdict()->add_thresholds()->set_state(v1::ThresholdResult::STATE_PASSED);
    EXPECT_NE(ExitCodeOf(run), ExitCode::kFailed);
    run.mutable_verdict()->add_thresholds()->set_state(v1::ThresholdResult::STATE_MISSED);
    EXPECT_EQ(ExitCodeOf(run), ExitCode::kFailed);
  }
  v1::Run leaking = Ended(v1::RUN_STATE_FINISHED, v1::VERDICT_LEAK);
  leaking.mutable_verdict()->add_thresholds()->set_state(v1::ThresholdResult::STATE_MISSED);
  EXPECT_EQ(ExitCodeOf(leaking), ExitCode::kLeak);
}

TEST(ExitCode, TellsUsageFromAnAbsentCoordinator) {
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), ExitCode::kUnreachable);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("")), ExitCode::kInterrupted);
}

TEST(LoudestOf, PutsALeakFirst) {
  EXPECT_EQ(LoudestOf({}), ExitCode::kClean);
  EXPECT_EQ(LoudestOf({ExitCode::kClean, ExitCode::kUndecided}), ExitCode::kUndecided);
  EXPECT_EQ(LoudestOf({ExitCode::kFailed, ExitCode::kLeak, ExitCode::kClean}), ExitCode::kLeak);
  EXPECT_EQ(LoudestOf({ExitCode::kUndecided, ExitCode::kFailed}), ExitCode::kFailed);
}

}  // namespace
}  // namespace seep::cli
