// The rates below are what was recorded (docs/detection_scores.md); this test
// fails when a change makes the engine worse on our own families.
#include <gtest/gtest.h>

#include <string>

#include "analysis/scoring/family.h"
#include "analysis/verdict/run_judge.h"

namespace seep::analysis {
namespace {

constexpr double kKb = 1024;
constexpr int kPerFamily = 6;
constexpr std::uint64_t kSeed = 20;  // not one that the engine was mended on

RunVerdict Judge(const SimulatedRun& run) {
  RunJudge judge({});
  const bool inside = !run.heap_kb.empty();
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("threads", "count", false));
  judge.AddSeries(ClassifySeries("fds", "count", false));
  judge.AddSeries(ClassifySeries("connections", "count", false));
  if (inside) judge.AddSeries(ClassifySeries("heap", "bytes", false));
  judge.AddOperation("payments");
  judge.AddOperation("reconnects");
  for (std::size_t i = 0; i < run.t_s.size(); ++i) {
    const double values[] = {run.rss_kb[i] * kKb, run.threads[i], run.fds[i], run.connections[i],
                             inside ? run.heap_kb[i] * kKb : kUnknown};
    const double operations[] = {run.payments[i], run.reconnects[i]};
    judge.AddSample({run.t_s[i], run.generation[i], Phase::kSoak, {values, inside ? 5u : 4u}, operations, run.load[i]});
  }
  return judge.Final();
}

struct Tally {
  int healthy = 0, healthy_leak = 0, healthy_clean = 0;
  int leaks = 0, leaks_leak = 0, leaks_clean = 0;
  int intervals = 0, covered = 0;
};

// Is the true rate inside the interval of the series that was blamed?
void NoteInterval(const SimulatedRun& run, const RunVerdict& verdict, Tally& tally) {
  for (const SeriesVerdict& s : verdict.series) {
    if (s.series != verdict.deciding_series || s.unit != "bytes" || !run.leaking_series.ends_with("_kb")) continue;
    ++tally.intervals;
    tally.covered += s.slope_per_minute.low <= run.rate_per_minute * kKb && run.rate_per_minute * kKb <= s.slope_per_minute.high;
  }
}

Tally Count() {
  Tally tally;
  for (const Family& family : Families()) {
    for (int i = 0; i < kPerFamily; ++i) {
      const SimulatedRun run = Simulate(family, kSeed, i);
      const RunVerdict verdict = Judge(run);
      EXPECT_EQ(run.leaks, family.leaks) << family.name;
      if (family.leaks) {
        ++tally.leaks;
        tally.leaks_leak += verdict.verdict == Verdict::kLeak;
        tally.leaks_clean += verdict.verdict == Verdict::kClean;
        if (verdict.verdict == Verdict::kLeak) NoteInterval(run, verdict, tally);
        if (verdict.verdict != Verdict::kLeak) std::printf("%s-%d: %s\n", family.name.c_str(), i, verdict.headline.c_str());
      } else {
        ++tally.healthy;
        tally.healthy_leak += verdict.verdict == Verdict::kLeak;
        tally.healthy_clean += verdict.verdict == Verdict::kClean;
        if (verdict.verdict != Verdict::kClean) std::printf("%s-%d: %s\n", family.name.c_str(), i, verdict.headline.c_str());
      }
    }
  }
  return tally;
}

TEST(RatesTest, AreNotBelowWhatIsRecorded) {
  const Tally t = Count();
  std::printf("healthy %d: LEAK %d, CLEAN %d; leaks %d: LEAK %d, CLEAN %d; interval covers %d of %d\n", t.healthy,
              t.healthy_leak, t.healthy_clean, t.leaks, t.leaks_leak, t.leaks_clean, t.covered, t.intervals);
  EXPECT_LE(t.healthy_leak, 1);
  EXPECT_EQ(t.leaks_clean, 0);
  EXPECT_GE(t.leaks_leak, 0.95 * t.leaks);
  EXPECT_GE(t.healthy_clean, 0.80 * t.healthy);
  EXPECT_GE(t.covered, 0.85 * t.intervals);
}

TEST(RatesTest, FamiliesAreDeterministic) {
  for (const Family& family : Families()) {
    EXPECT_EQ(Simulate(family, 3, 1).rss_kb, Simulate(family, 3, 1).rss_kb) << family.name;
    EXPECT_NE(Simulate(family, 3, 1).rss_kb, Simulate(family, 4, 1).rss_kb) << family.name;
  }
}

}  // namespace
}  // namespace seep::analysis
