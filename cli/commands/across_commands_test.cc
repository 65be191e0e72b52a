// Questions across runs, as typed.
#include <gmock/gmock.h>

#include "cli/commands/commands_fixture.h"

namespace seep::cli {
namespace {

using ::testing::HasSubstr;

TEST_F(CommandsTest, RunsListSendsTheFilterAndDrawsTheTrend) {
  AddRun("r-2", v1::RUN_STATE_FINISHED, v1::VERDICT_LEAK);
  v1::Spark spark;
  spark.set_run_id("r-2");
  for (int i = 0; i < 8; ++i) spark.add_level(static_cast<float>(i));
  server_.sparks = {spark};
  EXPECT_EQ(Seep({"runs", "ls", "sdk:4.2", "-verdict:clean", "name:\"two words\""}), ExitCode::kClean);
  EXPECT_EQ(server_.listed().filter(), "sdk:4.2 !verdict:clean name:\"two words\"");
  EXPECT_THAT(console_.out, HasSubstr("▁▂▃▄▅▆▇█"));
  EXPECT_EQ(Seep({"runs", "ls", "--ascii"}), ExitCode::kClean);
  EXPECT_EQ(Seep({"runs", "ls", "-o", "csv"}), ExitCode::kClean);
  EXPECT_FALSE(server_.listed().with_sparks());
}

TEST_F(CommandsTest, CompareAnswersWithWhatItIsToFailOn) {
  v1::RunComparison& worse = *server_.comparison.add_comparisons();
  worse.set_outcome(v1::OUTCOME_WORSE);
  worse.set_headline("WORSE  rss: level +9.1 MB");
  EXPECT_EQ(Seep({"compare", "main", "r-2", "r-3", "--align", "ops", "--tolerance", "10%"}), ExitCode::kClean);
  EXPECT_EQ(server_.compared().base(), "main");
  EXPECT_EQ(server_.compared().runs_size(), 2);
  EXPECT_EQ(server_.compared().align(), v1::ALIGNMENT_OPERATIONS);
  EXPECT_DOUBLE_EQ(server_.compared().level_tolerance(), 0.1);
  EXPECT_THAT(console_.out, HasSubstr("WORSE  rss"));
  EXPECT_EQ(Seep({"compare", "main", "r-2", "--fail-on", "leak"}), ExitCode::kClean);
  EXPECT_EQ(Seep({"compare", "main", "r-2", "--fail-on", "regression"}), ExitCode::kFailed);
  worse.mutable_run()->mutable_verdict()->set_verdict(v1::VERDICT_LEAK);
  EXPECT_EQ(Seep({"compare", "main", "r-2", "--fail-on", "leak"}), ExitCode::kLeak);
  EXPECT_EQ(Seep({"compare", "main", "r-2", "--fail-on", "regression"}), ExitCode::kLeak);
  worse.mutable_run()->clear_verdict();
  worse.set_outcome(v1::OUTCOME_CANNOT_TELL);
  EXPECT_EQ(Seep({"compare", "main", "r-2", "--fail-on", "regression"}), ExitCode::kUndecided);
  EXPECT_EQ(Seep({"compare", "unknown", "r-2"}), ExitCode::kUsage);
  EXPECT_EQ(Seep({"compare", "main", "r-2", "--tolerance", "much"}), ExitCode::kUsage);
  EXPECT_EQ(Seep({"compare", "main"}), ExitCode::kUsage);
}

TEST_F(CommandsTest, RunCompareToChecksTheBaseBeforeTheSoak) {
  AddRun("r-1", v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  AddUpdate(server_.runs[0], v1::RUN_STATE_FINISHED);
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--compare-to", "unknown"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("--compare-to: 'unknown' is no run's id"));
  EXPECT_EQ(server_.submitted().yaml(), "") << "nothing was soaked";
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--fail-on", "leak"}), ExitCode::kUsage);
  server_.comparison.add_comparisons()->set_outcome(v1::OUTCOME_WORSE);
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--compare-to", "main", "--fail-on", "regression"}), ExitCode::kFailed);
  EXPECT_EQ(server_.compared().runs(0), "r-1");
}

TEST_F(CommandsTest, LeaksJoinsItsWordsToOneFilter) {
  EXPECT_EQ(Seep({"leaks", "sdk:breez", "--where", "label:team=x -agent:lab-2", "--since", "30d"}), ExitCode::kClean);
  EXPECT_EQ(server_.leaks_filter(), "sdk:breez label:team=x -agent:lab-2 since:30d");
  EXPECT_THAT(console_.err, HasSubstr("no run that fits leaked"));
}

TEST_F(CommandsTest, BaselinesAndAnnotationsCarryWhoMadeThem) {
  const Environment ada({{"SEEP_USER", "ada"}});
  EXPECT_EQ(Seep({"baseline", "set", "main", "r-1", "--note", "4.2 is out"}, ada), ExitCode::kClean);
  EXPECT_EQ(server_.baseline_set().by(), "ada");
  EXPECT_EQ(server_.baseline_set().note(), "4.2 is out");
  EXPECT_THAT(console_.out, HasSubstr("baseline main is r-1, was r-0000"));
  EXPECT_EQ(Seep({"baseline", "rm", "main"}, ada), ExitCode::kClean);
  EXPECT_EQ(Seep({"runs", "annotate", "r-1", "faucet down", "--at", "90s"}, ada), ExitCode::kClean);
  EXPECT_EQ(server_.annotated().at_ms(), 90'000u);
  EXPECT_THAT(console_.out, HasSubstr("[00:01:30] faucet down  (ada"));
  EXPECT_EQ(Seep({"runs", "annotate", "r-1", "x", "--at", "soon"}, ada), ExitCode::kUsage);
}

}  // namespace
}  // namespace seep::cli
