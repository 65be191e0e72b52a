#include <gtest/gtest.h>

#include "analysis/compare/compare_runs.h"
#include "analysis/compare/pool.h"
#include "analysis/compare/simulated_build.h"

namespace seep::analysis {
namespace {

TEST(DifferenceTest, AddsLopsidedIntervalsInSquares) {
  const Difference d = Between({10, 8, 13}, {20, 16, 21}, 1);
  EXPECT_DOUBLE_EQ(d.delta.value, 10);
  EXPECT_DOUBLE_EQ(d.delta.low, 10 - 5);                 // 4 below the one, 3 above the other
  EXPECT_DOUBLE_EQ(d.delta.high, 10 + std::sqrt(5.0));   // 1 above, 2 below
  EXPECT_EQ(d.outcome, Outcome::kWorse);
}

TEST(DifferenceTest, NeedsBothSignificanceAndSize) {
  EXPECT_EQ(Between({10, 9.9, 10.1}, {10.5, 10.4, 10.6}, 1).outcome, Outcome::kSame);    // sure, and small
  EXPECT_EQ(Between({10, 5, 15}, {13, 8, 18}, 1).outcome, Outcome::kCannotTell);         // large, and unsure
  EXPECT_EQ(Between({10, 9.5, 10.5}, {10.9, 10.4, 11.4}, 1).outcome, Outcome::kCannotTell);  // straddles the tolerance
  EXPECT_EQ(Between({10, 9.5, 10.5}, {7, 6.5, 7.5}, 1).outcome, Outcome::kBetter);
}

TEST(DifferenceTest, AnUnknownSideIsNeverTheSame) {
  const Difference d = Between({}, {1, 0, 2}, 10);
  EXPECT_EQ(d.outcome, Outcome::kCannotTell);
  EXPECT_EQ(d.missing, "not known of the base");
  EXPECT_FALSE(d.delta.known());
}

TEST(DifferenceTest, AFigureAtTheEdgeOfItsIntervalWidensNothing) {
  const Difference d = Between({0, 2, 5}, {0, 0, 0}, 10);
  EXPECT_DOUBLE_EQ(d.delta.high, 0);
  EXPECT_DOUBLE_EQ(d.delta.low, -5);
}

Curve Flat(double level, int points, double step_s, double operations_a_second) {
  Curve curve;
  for (int i = 0; i < points; ++i) {
    curve.t_s.push_back(step_s * i);
    curve.level.push_back(level + (i % 2 == 0 ? 1000 : -1000));
    curve.segment.push_back(0);
    curve.operations.push_back(step_s * i * operations_a_second);
  }
  curve.operation = "payments";
  return curve;
}

TEST(LevelTest, ComparesWhatBothRunsReached) {
  const Curve longer = Flat(10e6, 60, 10, 1), shorter = Flat(10e6, 30, 10, 4);
  const Stretch time = InCommon(longer, 50, shorter, kUnknown, Alignment::kTime);
  EXPECT_DOUBLE_EQ(time.begin, 50);
  EXPECT_DOUBLE_EQ(time.end, 290);
  const Stretch operations = InCommon(longer, 50, shorter, kUnknown, Alignment::kOperations);
  EXPECT_DOUBLE_EQ(operations.begin, 50);
  EXPECT_DOUBLE_EQ(operations.end, 590);
  const Level level = LevelOver(longer, Alignment::kTime, time, "bytes");
  EXPECT_NEAR(level.estimate.value, 10e6, 100);
  EXPECT_LT(level.estimate.low, level.estimate.value);
}

TEST(LevelTest, SaysWhenTooLittleIsInCommon) {
  const Curve curve = Flat(10e6, 60, 10, 1);
  EXPECT_NE(LevelOver(curve, Alignment::kTime, {580, 600}, "bytes").missing, "");
  Curve without = curve;
  without.operations.clear();
  const Stretch nothing = InCommon(curve, 0, without, 0, Alignment::kOperations);
  EXPECT_LT(nothing.end, nothing.begin);
}

TEST(PoolTest, RunsThatDisagreeWidenTheAnswer) {
  const Estimate agreeing = Pooled({{10, 9, 11}, {10.2, 9.2, 11.2}, {9.8, 8.8, 10.8}});
  EXPECT_NEAR(agreeing.value, 10, 1e-6);
  EXPECT_NEAR(agreeing.high - agreeing.low, 2 / std::sqrt(3.0), 1e-6);
  const Estimate apart = Pooled({{10, 9, 11}, {20, 19, 21}});
  EXPECT_NEAR(apart.value, 15, 1e-6);
  EXPECT_LT(apart.low, 8);
}

TEST(PoolTest, LeavesOutWhatIsUnknown) {
  EXPECT_FALSE(Pooled({{}, {}}).known());
  EXPECT_DOUBLE_EQ(Pooled({{}, {3, 2, 4}}).low, 2);
}

const SeriesComparison& Series(const RunComparison& c, const std::string& name) {
  for (const SeriesComparison& s : c.series) {
    if (s.series == name) return s;
  }
  ADD_FAILURE() << "no series " << name;
  static const SeriesComparison none;
  return none;
}

TEST(CompareRunsTest, ALeakIsWorseWithItsBytesAPayment) {
  SimulatedBuild sound, leaky;
  leaky.kept_bytes = 4096;
  const RunComparison c = CompareRuns(Soak(sound, 20, 1, 1).verdict, Soak(leaky, 20, 1, 2).verdict, {});
  EXPECT_EQ(c.outcome, Outcome::kWorse) << c.headline;
  EXPECT_EQ(c.deciding_series, "heap_allocated");
  EXPECT_NE(c.headline.find("WORSE  heap_allocated: "), std::string::npos) << c.headline;
  const Difference& kept = Series(c, "heap_allocated").kept_per_operation;
  EXPECT_NEAR(kept.delta.value, 4096, 600);
  EXPECT_EQ(Series(c, "threads").outcome, Outcome::kSame);
}

TEST(CompareRunsTest, TwiceThePaceOfTheSameLeakIsNoRegression) {
  SimulatedBuild slow, fast;
  slow.kept_bytes = fast.kept_bytes = 4096;
  fast.payments_per_minute = 2 * slow.payments_per_minute;
  CompareOptions by_operations;
  by_operations.align = Alignment::kOperations;
  const RunVerdict a = Soak(slow, 20, 1, 3).verdict, b = Soak(fast, 20, 1, 4).verdict;
  EXPECT_NEAR(PaceOf(b) / PaceOf(a), 2, 0.2);
  const SeriesComparison& heap = Series(CompareRuns(a, b, by_operations), "heap_allocated");
  EXPECT_EQ(heap.slope_per_minute.outcome, Outcome::kWorse);
  EXPECT_EQ(heap.kept_per_operation.outcome, Outcome::kSame) << heap.kept_per_operation.delta.value;
  EXPECT_EQ(heap.outcome, Outcome::kSame);
}

TEST(CompareRunsTest, RunsWithoutACommonSeriesCannotBeTold) {
  RunVerdict other;
  const RunComparison c = CompareRuns(Soak({}, 5, 1, 5).verdict, other, {});
  EXPECT_EQ(c.outcome, Outcome::kCannotTell);
  EXPECT_NE(c.headline.find("no series in common"), std::string::npos);
}

TEST(CompareRunsTest, ReservedMemoryIsShownAndDoesNotDecide) {
  RunVerdict a = Soak({}, 20, 1, 6).verdict, b = Soak({}, 20, 1, 7).verdict;
  for (RunVerdict* run : {&a, &b}) {
    SeriesVerdict vsz = run->series[0];
    vsz.series = "vsz";
    for (double& level : vsz.curve.level) level *= run == &b ? 3 : 1;
    run->series.push_back(vsz);
  }
  const RunComparison c = CompareRuns(a, b, {});
  EXPECT_EQ(Series(c, "vsz").outcome, Outcome::kWorse);
  EXPECT_FALSE(Series(c, "vsz").decides);
  EXPECT_NE(c.outcome, Outcome::kWorse) << c.headline;
}

}  // namespace
}  // namespace seep::analysis
