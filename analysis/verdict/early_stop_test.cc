#include "analysis/verdict/early_stop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "analysis/verdict/run_judge.h"

namespace seep::analysis {
namespace {

constexpr double kPlanned = 1000;

SeriesVerdict Growing(const std::string& name, double low, double value) {
  SeriesVerdict s;
  s.series = name;
  s.verdict = Verdict::kLeak;
  s.slope_per_minute = {value, low, 2 * value - low};
  s.tolerance.per_minute = 10;
  return s;
}

RunVerdict Calls(Verdict verdict, std::vector<SeriesVerdict> series) {
  RunVerdict run;
  run.verdict = verdict;
  run.series = std::move(series);
  return run;
}

RunVerdict Leak(double low = 30, double value = 40) { return Calls(Verdict::kLeak, {Growing("rss", low, value)}); }

// The first time at which looks every step_s confirm; NaN when none does.
double ConfirmedAt(EarlyStop& stop, double from_s, double to_s, double step_s, const RunVerdict& run) {
  for (double t = from_s; t <= to_s; t += step_s) {
    if (stop.Look(t, run).answer == StopAnswer::kConfirmedLeak) return t;
  }
  return kUnknown;
}

TEST(EarlyStopTest, OneLookNeverConfirms) {
  RunVerdict run = Leak(1e6, 2e6);
  run.series[0].limit_reached_in_s = 1;
  EXPECT_EQ(EarlyStop(kPlanned).Look(900, run).answer, StopAnswer::kGoOn);
}

TEST(EarlyStopTest, FastLeakIsConfirmedAtTwoAndAHalfTimesItsFirstAlarm) {
  EarlyStop open_ended(kUnknown);
  EXPECT_EQ(ConfirmedAt(open_ended, 100, 1e4, 10, Leak(101, 120)), 250);
  EarlyStop slow(kUnknown);  // exactly at ten times the bar is not above it
  EXPECT_TRUE(std::isnan(ConfirmedAt(slow, 100, 1e4, 10, Leak(100, 120))));
}

TEST(EarlyStopTest, CadenceOfLooksDoesNotMatter) {
  for (double step : {1.0, 10.0, 50.0}) {
    EarlyStop stop(kPlanned);
    EXPECT_EQ(ConfirmedAt(stop, 100, kPlanned, step, Leak()), 500) << step;  // held 0.4 of the run
  }
}

TEST(EarlyStopTest, WithdrawnAlarmIsForgotten) {
  for (Verdict otherwise : {Verdict::kSuspect, Verdict::kInconclusive, Verdict::kClean}) {
    EarlyStop stop(kPlanned);
    EXPECT_TRUE(std::isnan(ConfirmedAt(stop, 100, 490, 10, Leak())));
    RunVerdict run = Leak();
    run.verdict = run.series[0].verdict = otherwise;
    EXPECT_EQ(stop.Look(495, run).answer, StopAnswer::kGoOn);
    EXPECT_EQ(ConfirmedAt(stop, 500, kPlanned, 10, Leak()), 900);
    EXPECT_EQ(stop.Look(910, run).first_alarm_s, 500);
  }
}

TEST(EarlyStopTest, AlarmsOfTwoSeriesDoNotAddUp) {
  EarlyStop stop(kPlanned);
  for (double t = 100; t <= kPlanned; t += 100) {
    const std::string name = std::fmod(t, 200) == 0 ? "rss" : "fds";
    EXPECT_EQ(stop.Look(t, Calls(Verdict::kLeak, {Growing(name, 500, 600)})).answer, StopAnswer::kGoOn) << t;
  }
}

TEST(EarlyStopTest, GrowthThatSlowsDownIsNotConfirmed) {
  EarlyStop stop(kPlanned);
  for (double t = 100; t <= kPlanned; t += 50) {
    EXPECT_EQ(stop.Look(t, Leak(t == 100 ? 300 : 150, t == 100 ? 400 : 200)).answer, StopAnswer::kGoOn) << t;
  }
}

TEST(EarlyStopTest, LimitBeforeThePlannedEndConfirmsAtTheSecondLook) {
  RunVerdict run = Leak();
  run.series[0].limit = "nofile";
  run.series[0].limit_reached_in_s = 790;
  EarlyStop stop(kPlanned);
  EXPECT_EQ(stop.Look(100, run).answer, StopAnswer::kGoOn);
  EXPECT_EQ(stop.Look(100, run).answer, StopAnswer::kGoOn);  // the same look again
  const StopAdvice advice = stop.Look(200, run);
  EXPECT_EQ(advice.answer, StopAnswer::kConfirmedLeak);
  EXPECT_EQ(advice.series, "rss");
  EXPECT_EQ(advice.first_alarm_s, 100);
  EXPECT_THAT(advice.reason, testing::HasSubstr("rss reaches nofile in 13.2 min, before the planned end in 13.3 min"));

  run.series[0].limit_reached_in_s = 5000;
  EarlyStop later(kPlanned);
  EXPECT_EQ(ConfirmedAt(later, 100, kPlanned, 50, run), 500);
}

TEST(EarlyStopTest, LimitIsNotConfirmedInSecondsByLooksEveryFewSeconds) {
  RunVerdict run = Leak();
  run.series[0].limit = "budget";
  run.series[0].limit_reached_in_s = 1;
  for (double step : {1.0, 3.0, 5.0}) {
    EarlyStop stop(kPlanned);
    EXPECT_NEAR(ConfirmedAt(stop, 100, kPlanned, step, run), 200, step) << step;  // held a tenth of the run
    EarlyStop late(kPlanned);
    EXPECT_NEAR(ConfirmedAt(late, 400, kPlanned, step, run), 600, step) << step;  // and to 1.5 × the first alarm
  }
  EarlyStop slowing(kPlanned);
  for (double t = 100; t <= kPlanned; t += 5) {
    run.series[0].slope_per_minute.value = t == 100 ? 400 : 200;
    EXPECT_EQ(slowing.Look(t, run).answer, StopAnswer::kGoOn) << t;
  }
}

TEST(EarlyStopTest, SaysUntilWhenAnAlarmMustHold) {
  EarlyStop stop(kPlanned);
  stop.Look(100, Leak());
  ASSERT_EQ(stop.state().alarms.size(), 1u);
  EXPECT_EQ(stop.HoldUntil(stop.state().alarms[0]), 500);
  EXPECT_EQ(ConfirmedAt(stop, 110, kPlanned, 10, Leak()), 500);
  LeakAlarm late;
  late.first_s = 601;
  EXPECT_TRUE(std::isnan(stop.HoldUntil(late)));
}

TEST(EarlyStopTest, GoesOnFromAKeptState) {
  EarlyStop whole(kPlanned), before(kPlanned);
  for (double t = 100; t < 300; t += 10) whole.Look(t, Leak()), before.Look(t, Leak());
  EarlyStop after(kPlanned, before.state());
  EXPECT_EQ(ConfirmedAt(whole, 300, kPlanned, 10, Leak()), 500);
  EXPECT_EQ(ConfirmedAt(after, 300, kPlanned, 10, Leak()), 500);
  EXPECT_EQ(after.state().advice.reason, whole.state().advice.reason);
  EarlyStop again(kPlanned, after.state());
  EXPECT_EQ(again.Look(510, Calls(Verdict::kClean, {})).answer, StopAnswer::kConfirmedLeak);
}

TEST(EarlyStopTest, AlarmBeginsAnewWhereNobodyLooked) {
  EarlyStop stop(kPlanned);
  stop.Look(100, Leak());
  stop.Look(300, Leak());
  EXPECT_EQ(stop.state().alarms[0].first_s, 100) << "a fifth of the run is not yet too long";
  stop.Look(510, Leak());
  EXPECT_EQ(stop.state().alarms[0].first_s, 510);
  EXPECT_EQ(ConfirmedAt(stop, 520, kPlanned, 10, Leak()), 910);
}

TEST(EarlyStopTest, RecordingThatCannotBeJudgedConfirmsNothing) {
  EarlyStop stop(kPlanned);
  EXPECT_TRUE(std::isnan(ConfirmedAt(stop, 100, kPlanned, 10, Calls(Verdict::kInvalid, {Growing("rss", 500, 600)}))));
}

// One run under the real judge, ten looks: what grows is a cache that fills
// at a steady pace during the first looks, or a leak.
struct Judged {
  bool alarmed = false, confirmed = false;
};
Judged TenLooks(int seed, double warm_bytes, double leak_per_s) {
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("heap_used", "bytes", false));
  EarlyStop stop(1800);
  std::mt19937 random(seed);
  std::normal_distribution<> noise(0, 60e3);
  Judged judged;
  double next_look = 180;
  for (double t = 0; t < 1800; t += 2) {
    if (t >= next_look) {
      const RunVerdict run = judge.Provisional();
      judged.alarmed |= run.verdict == Verdict::kLeak;
      judged.confirmed |= stop.Look(t, run).answer == StopAnswer::kConfirmedLeak;
      next_look += 180;
    }
    const double values[] = {40e6 + warm_bytes * std::min(t / 500, 1.0) + leak_per_s * t + noise(random)};
    judge.AddSample({t, 1, Phase::kSoak, values, {}, 1});
  }
  return judged;
}

TEST(EarlyStopTest, HealthyWarmUpAlarmsButIsNeverConfirmed) {
  int alarmed = 0;
  for (int seed = 1; seed <= 12; ++seed) {
    const Judged judged = TenLooks(seed, 8e6, 0);
    alarmed += judged.alarmed;
    EXPECT_FALSE(judged.confirmed) << seed;
  }
  EXPECT_GT(alarmed, 0) << "no alarm was there to be withdrawn: the test shows nothing";
}

TEST(EarlyStopTest, LeakUnderTheRealJudgeIsConfirmed) {
  for (int seed = 1; seed <= 6; ++seed) EXPECT_TRUE(TenLooks(seed, 0, 3000).confirmed) << seed;
}

}  // namespace
}  // namespace seep::analysis
