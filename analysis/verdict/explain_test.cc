#include "analysis/verdict/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/verdict/run_judge.h"

namespace seep::analysis {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Case {
  Evidence evidence;
  Decision decision;
  SeriesVerdict verdict;
  std::string Text() const { return Explain({evidence, decision, verdict, "12.0 s lost in 2 gaps: host slept"}); }
};

// An hour of a heap with 57 collections and payments.
Case Heap(Verdict word, std::vector<Reason> reasons, Estimate kb_per_minute) {
  Case c;
  c.evidence.levels = 40;
  c.evidence.kind = LevelKind::kFloor;
  c.evidence.span_min = 58;
  c.evidence.collections = 57;
  c.evidence.samples = 1740;
  c.evidence.segments = 1;
  c.decision.verdict = word;
  c.decision.reasons = std::move(reasons);
  c.verdict.series = "heap_alloc";
  c.verdict.unit = "bytes";
  c.verdict.verdict = word;
  c.verdict.samples = 1740;
  c.verdict.slope_per_minute = {kb_per_minute.value * 1000, kb_per_minute.low * 1000, kb_per_minute.high * 1000};
  c.verdict.tolerance = {20'000, 512};
  return c;
}

TEST(ExplainTest, ALeakSaysItsFiguresAndWhatItBeats) {
  Case c = Heap(Verdict::kLeak, {Reason::kGrowthProven}, {51, 46, 56});
  c.evidence.average.rival = Nuisance::kWarmUp;
  c.evidence.average.probability = 0.999;
  c.verdict.per_operation = {"payments", {4400, 4000, 4800}, 0.95};
  c.verdict.onset_s = 720;
  c.verdict.limit = "cgroup memory.max";
  c.verdict.limit_reached_in_s = 6 * 3600;
  c.verdict.detectable_per_minute = 12'000;
  const std::string text = c.Text();
  EXPECT_THAT(text, StartsWith("40 floors over 58 min, 57 collections, +51.0 KB/min [46.0, 56.0], 4.40 KB kept per payment; "
                               "beats a saturating cache"));
  EXPECT_THAT(text, HasSubstr("began about 12 min into the run"));
  c.verdict.onset_s = kUnknown;
  c.verdict.warmup_end_s = 300;
  c.evidence.average.best_nuisances = {Nuisance::kWarmUp};
  EXPECT_THAT(c.Text(), HasSubstr("What moved in the first 5 min is not counted as a leak."));
  EXPECT_THAT(text, HasSubstr("grows with the payments rather than with time"));
  EXPECT_THAT(text, HasSubstr("the limit (cgroup memory.max) is reached in 6.0 h"));
  EXPECT_THAT(text, HasSubstr("smallest leak this run could have shown is 12 KB/min"));
}

TEST(ExplainTest, CleanStatesBothTolerancesAndWhatCouldNotBeExcluded) {
  Case c = Heap(Verdict::kClean, {Reason::kWithinTolerancePerMinute}, {0.3, -2, 2.5});
  c.verdict.per_operation = {"payments", {25, -170, 210}, 0};
  EXPECT_THAT(c.Text(), HasSubstr("Keeps less than 20 KB/min (at most 2.50 KB) and less than 512 B a payment (at most 210 B). "
                                  "A slower leak than that cannot be excluded."));
  // Too few of them: the run says so instead of promising.
  c.verdict.per_operation = {"reconnects", {100, -9000, 12'000}, 0};
  EXPECT_THAT(c.Text(), HasSubstr("can say nothing about 512 B a reconnect (only that it is less than 12 KB)"));
}

// detection.md's example: a one-minute run of 3,000 payments.
TEST(ExplainTest, ShortRunIsCleanPerPaymentAndSilentPerMinute) {
  Case c = Heap(Verdict::kClean, {Reason::kWithinTolerancePerOperation}, {3, -400, 410});
  c.evidence.span_min = 1;
  c.evidence.collections = 0;
  c.verdict.per_operation = {"payments", {1, -130, 137}, 0};
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("over 60 s"), HasSubstr("Keeps less than 512 B a payment (at most 137 B), though it can "
                                                                "say nothing about 20 KB/min")));
}

TEST(ExplainTest, HarmlessShapesAreToldAsWhatTheyAre) {
  Case c = Heap(Verdict::kClean, {Reason::kWithinTolerancePerMinute}, {0.3, -2, 2.5});
  c.evidence.average.best_nuisances = {Nuisance::kStep};
  EXPECT_THAT(c.Text(), HasSubstr("one-time step, and the level held after it: a one-time cost"));
  c.evidence.average.best_nuisances = {Nuisance::kWarmUp};
  c.verdict.warmup_end_s = 300;
  EXPECT_THAT(c.Text(), HasSubstr("warmed up at the start, as a cache that fills (over after 5 min)"));
  // Growth that the tolerance swallows is no shape "that is over".
  c.evidence.average.best_nuisances = {};
  c.evidence.average.best_growth = Growth::kOnset;
  c.evidence.average.probability = 0.6;
  EXPECT_THAT(c.Text(), Not(HasSubstr("onset")));
}

TEST(ExplainTest, InconclusiveSaysWhatIsMissingAndHowMuchLonger) {
  Case c = Heap(Verdict::kInconclusive, {Reason::kTooUncertain}, {10, -30, 50});
  // Half an interval of 40 where 16 are wanted: 2.5^(2/3) = 1.84 times the hour.
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("a leak of more than 50 KB/min is excluded, a smaller one is not"),
                              HasSubstr("clean would need less than 20 KB/min"), HasSubstr("run about 107 min in all")));
  c.decision.reasons = {Reason::kFewCycles};
  c.evidence.long_cycles = 2;
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("fewer than six cycles"), HasSubstr("run about 174 min in all, or force a collection")));
  c.decision.reasons = {Reason::kSamplesLost};
  EXPECT_THAT(c.Text(), HasSubstr("Samples are missing (12.0 s lost in 2 gaps: host slept)"));
}

TEST(ExplainTest, HopelessNoiseIsNotAnsweredWithAMonthOfRunning) {
  const Case c = Heap(Verdict::kInconclusive, {Reason::kTooUncertain}, {10, -30'000, 50'000});
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("More time alone will hardly settle it"), Not(HasSubstr("run about"))));
}

TEST(ExplainTest, TooFewSamplesSayHowManyMore) {
  Case c = Heap(Verdict::kInconclusive, {Reason::kNothingToFit}, {});
  c.evidence.missing = "9 samples to fit; 20 are needed";
  c.verdict.samples = 9;
  EXPECT_EQ(c.Text(), "Cannot be judged: 9 samples to fit; 20 are needed. Run 5 times as long, or sample 5 times as often.");
  c.verdict.samples = 0;
  EXPECT_EQ(c.Text(), "Cannot be judged: it has no samples.");
}

TEST(ExplainTest, ASuspicionIsNotWordedAsUndecidedOrFound) {
  const Case c = Heap(Verdict::kSuspect, {}, {60, 5, 115});
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("seems to grow, but not surely enough"), Not(HasSubstr("excluded"))));
}

TEST(ExplainTest, HeadlineOfACleanRunIsItsTolerance) {
  Case c = Heap(Verdict::kClean, {Reason::kWithinTolerancePerMinute}, {0.3, -2, 2.5});
  c.verdict.explanation = c.Text();
  RunVerdict run;
  run.verdict = Verdict::kClean;
  run.deciding_series = "heap_alloc";
  run.series = {c.verdict};
  EXPECT_EQ(Headline(run), "CLEAN  heap_alloc: keeps less than 20 KB/min (at most 2.50 KB)");
}

TEST(WordingTest, OneUnitForAFigureAndItsInterval) {
  EXPECT_EQ(RateWithInterval({1.01e6, 702e3, 1.34e6}, "bytes"), "+1.01 MB/min [0.70, 1.34]");
  EXPECT_EQ(RateWithInterval({36, -1410, 1520}, "bytes"), "+0.04 KB/min [-1.41, 1.52]");
  EXPECT_EQ(RateWithInterval({-0.2, -0.3, 0.4}, "bytes"), "-0.20 B/min [-0.30, 0.40]");
  EXPECT_EQ(RateWithInterval({0.0002, -0.0057, 0.0041}, "count"), "+0.0002/min [-0.0057, 0.0041]");
  EXPECT_EQ(Amount(-0.0, "bytes"), "0 B");
}

TEST(WordingTest, OperationsAreNamedAsPeopleSayThem) {
  EXPECT_EQ(OneOf("payments"), "payment");
  EXPECT_EQ(OneOf("ops_pay"), "payment");
  EXPECT_EQ(OneOf("listener_changes"), "listener change");
  EXPECT_EQ(OneOf("history_queries"), "history query");
  EXPECT_EQ(OneOf("failures.insufficient_funds"), "insufficient funds failure");
  EXPECT_EQ(OneOf("invoke.sign_message"), "sign message call");
  EXPECT_EQ(ManyOf("history_queries"), "history queries");
  EXPECT_EQ(ManyOf("pay"), "payments");
  EXPECT_EQ(AnOne("ops"), "an operation");
  EXPECT_EQ(AmountPerOperation(0.00013, "count", "payments"), "1 in 7,700 payments");
  EXPECT_EQ(AmountPerOperation(1, "count", "lifecycles"), "1 a lifecycle");
  EXPECT_EQ(AmountPerOperation(4400, "bytes", "payments"), "4.40 KB a payment");
}

TEST(ExplainTest, AShortRunIsToldToOutlastItsMinorCollectionsOrItsSettling) {
  Case c = Heap(Verdict::kInconclusive, {Reason::kFewCycles}, {5000, 1000, 7000});
  c.evidence.span_min = 0.3;
  c.evidence.collections = 10;
  c.verdict.tolerance = {10e6, 512};
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("10 collections"), HasSubstr("minor ones"), Not(HasSubstr("fewer than six")),
                              HasSubstr("run about 5 min in all, or force a collection")));
  c.verdict.series = "rss";
  c.decision.reasons = {Reason::kRuntimeSettles};
  EXPECT_THAT(c.Text(), AllOf(HasSubstr("less than a tenth of what the process holds"), HasSubstr("run about 5 min in all.")));
}

}  // namespace
}  // namespace seep::analysis
