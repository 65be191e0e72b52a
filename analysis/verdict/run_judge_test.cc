#include "analysis/verdict/run_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "analysis/series/run_summary.h"
#include "analysis/verdict/synthetic_process.h"

namespace seep::analysis {
namespace {

const SeriesVerdict& Of(const RunVerdict& run, const std::string& name) {
  for (const SeriesVerdict& s : run.series) {
    if (s.series == name) return s;
  }
  ADD_FAILURE() << "no series " << name;
  return run.series.front();
}

// A minute of payments at 50 a second, looked at every 250 ms.
RunVerdict MinuteOfPayments(double leak_bytes, double restart_every_s, int seed, bool fault_windows = true) {
  RunJudge judge({});
  const int rss = judge.AddSeries(ClassifySeries("rss", "bytes", false));
  const int threads = judge.AddSeries(ClassifySeries("threads", "count", false));
  const int fds = judge.AddSeries(ClassifySeries("fds", "count", false));
  judge.AddOperation("payments");
  EXPECT_EQ(rss, 0);
  EXPECT_EQ(threads, 1);
  EXPECT_EQ(fds, 2);
  SyntheticProcess process(seed);
  double payments = 0, restart_at = restart_every_s > 0 ? restart_every_s : 1e9;
  int generation = 1;
  std::mt19937 random(seed * 7 + 1);
  for (double t = 0; t < 60; t += 0.25) {
    if (t >= restart_at) {
      if (fault_windows) judge.AddFaultWindow(restart_at, t + 0.3);
      process.Restart();
      ++generation;
      restart_at = t + restart_every_s * std::uniform_real_distribution<>(0.8, 1.6)(random);
    }
    payments += 12.5;
    process.Work(0.25, 12.5 * leak_bytes);
    const double values[] = {process.RssBytes(), 14, 22};
    const double operations[] = {std::floor(payments)};
    judge.AddSample({t, generation, Phase::kSoak, values, operations, 1});
  }
  return judge.Final();
}

TEST(RunJudgeTest, MinuteOfLeakingPaymentsIsALeakWithItsBytes) {
  for (int seed = 1; seed <= 10; ++seed) {
    const RunVerdict run = MinuteOfPayments(4096, 0, seed);
    EXPECT_EQ(run.verdict, Verdict::kLeak) << seed << " " << run.headline;
    EXPECT_EQ(run.deciding_series, "rss");
    EXPECT_NEAR(Of(run, "rss").per_operation.kept.value, 4096, 0.15 * 4096) << seed;
    EXPECT_EQ(Of(run, "rss").per_operation.operation, "payments");
  }
}

// A heap that leaks must not, as the explanation of resident memory, acquit both;
// and address space, which follows them, is not what the run is accused of.
TEST(RunJudgeTest, ALeakingHeapIsSeenInResidentMemoryToo) {
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("vsz", "bytes", false));
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_allocated", "bytes", false));
  judge.AddOperation("payments");
  SyntheticProcess process(3);
  double payments = 0;
  for (double t = 0; t < 60; t += 0.25) {
    payments += 12.5;
    process.Work(0.25, 12.5 * 4096);
    const double rss = process.RssBytes();
    const double values[] = {rss + 5e7, rss, 6e5 + payments * 4096};
    const double operations[] = {std::floor(payments)};
    judge.AddSample({t, 1, Phase::kSoak, values, operations, 1});
  }
  const RunVerdict run = judge.Final();
  EXPECT_EQ(Of(run, "rss").verdict, Verdict::kLeak) << Of(run, "rss").explanation;
  EXPECT_EQ(Of(run, "heap_allocated").verdict, Verdict::kLeak) << Of(run, "heap_allocated").explanation;
  EXPECT_EQ(run.deciding_series, "heap_allocated") << run.headline;
}

TEST(RunJudgeTest, MinuteOfCleanPaymentsIsCleanPerPayment) {
  for (int seed = 1; seed <= 10; ++seed) {
    const RunVerdict run = MinuteOfPayments(0, 0, seed);
    EXPECT_EQ(run.verdict, Verdict::kClean) << seed << " " << run.headline;
    EXPECT_LT(Of(run, "rss").per_operation.kept.high, 512) << seed;
    EXPECT_EQ(Of(run, "fds").verdict, Verdict::kClean);
    EXPECT_EQ(Of(run, "fds").slope_per_minute.value, 0);
  }
}

// Three processes paying side by side, restarted one at a time; `leaky` of them
// keep 4 KiB a payment.
RunVerdict MinuteOfThreeProcesses(const std::set<int>& leaky, int seed, bool restarts) {
  RunJudge judge({});
  std::vector<SyntheticProcess> processes;
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  for (int p = 1; p <= 3; ++p) {
    judge.AddSeries(ClassifySeries("rss.process" + std::to_string(p), "bytes", false));
    processes.emplace_back(seed * 10 + p);
  }
  judge.AddOperation("payments");
  for (int p = 1; p <= 3; ++p) judge.AddOperation("payments.process" + std::to_string(p));
  int generation = 1;
  double paid = 0;
  for (double t = 0; t < 60; t += 0.25) {
    if (restarts && (t == 20 || t == 40)) {
      judge.AddFaultWindow(t, t + 0.3);
      processes[static_cast<std::size_t>(seed + generation) % 3].Restart();
      ++generation;
    }
    paid += 12.5;
    double values[4] = {};
    for (std::size_t p = 0; p < 3; ++p) {
      processes[p].Work(0.25, leaky.contains(static_cast<int>(p) + 1) ? 12.5 * 4096 : 0);
      values[p + 1] = processes[p].RssBytes();
      values[0] += values[p + 1];
    }
    const double each = std::floor(paid);
    const double operations[] = {3 * each, each, each, each};
    judge.AddSample({t, generation, Phase::kSoak, values, operations, 1});
  }
  return judge.Final();
}

TEST(RunJudgeTest, OneLeakyProcessOfThreeIsNamedWithItsOwnBytes) {
  for (int seed = 1; seed <= 10; ++seed) {
    const RunVerdict run = MinuteOfThreeProcesses({2}, seed, seed % 2 == 0);
    EXPECT_EQ(run.verdict, Verdict::kLeak) << seed << " " << run.headline;
    EXPECT_EQ(run.deciding_series, "rss.process2") << seed << " " << run.headline;
    EXPECT_NE(run.headline.find("rss of process 2 (of 3)"), std::string::npos) << run.headline;
    EXPECT_NEAR(Of(run, "rss.process2").per_operation.kept.value, 4096, 0.15 * 4096) << seed;
    EXPECT_EQ(Of(run, "rss.process2").per_operation.operation, "payments");
    EXPECT_NE(Of(run, "rss.process1").verdict, Verdict::kLeak) << seed;
    EXPECT_NE(Of(run, "rss.process3").verdict, Verdict::kLeak) << seed;
  }
}

TEST(RunJudgeTest, WhatAllProcessesKeepIsTheRunsOwnStory) {
  for (int seed = 1; seed <= 5; ++seed) {
    const RunVerdict run = MinuteOfThreeProcesses({1, 2, 3}, seed, false);
    EXPECT_EQ(run.verdict, Verdict::kLeak) << seed << " " << run.headline;
    EXPECT_EQ(run.deciding_series, "rss") << seed << " " << run.headline;
    EXPECT_NEAR(Of(run, "rss").per_operation.kept.value, 4096, 0.15 * 4096) << seed;
  }
}

TEST(RunJudgeTest, CleanProcessesNeverLeak) {
  for (int seed = 1; seed <= 20; ++seed) {
    const RunVerdict run = MinuteOfThreeProcesses({}, seed, seed % 2 == 0);
    EXPECT_NE(run.verdict, Verdict::kLeak) << seed << " " << run.headline;
    EXPECT_EQ(SplitOfProcess(run.deciding_series).process, 0) << run.headline;
  }
}

TEST(RunJudgeTest, OnlyAWholeSuffixNamesAProcess) {
  EXPECT_EQ(SplitOfProcess("rss.process12").process, 12);
  EXPECT_EQ(SplitOfProcess("rss.process12").name, "rss");
  for (const char* name : {"rss", "processes", "rss.process", "rss.process0", "rss.process-1", "rss.process2x", ".process2"}) {
    EXPECT_EQ(SplitOfProcess(name).process, 0) << name;
  }
  EXPECT_EQ(ClassifySeries("rss.process2", "bytes", false).series_class, SeriesClass::kResidentMemory);
}

TEST(RunJudgeTest, RestartsNeitherHideALeakNorFeignOne) {
  for (int seed = 1; seed <= 10; ++seed) {
    for (bool windows : {true, false}) {
      const RunVerdict leaking = MinuteOfPayments(4096, 12, seed, windows);
      EXPECT_EQ(leaking.verdict, Verdict::kLeak) << seed << windows << " " << leaking.headline;
      EXPECT_NEAR(Of(leaking, "rss").per_operation.kept.value, 4096, 0.25 * 4096) << seed << windows;
      const RunVerdict clean = MinuteOfPayments(0, 12, seed, windows);
      EXPECT_EQ(clean.verdict, Verdict::kClean) << seed << windows << " " << clean.headline;
    }
  }
}

// 600 lifecycles: 240 KB of RSS, 90.3 KB of wasm memory and one fd each.
RunVerdict Lifecycles(double seconds, bool fixed, int seed, double interval = 0.25, int lifecycles = 600) {
  JudgePolicy policy;
  policy.collector = Collector::kManaged;
  RunJudge judge(policy);
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("fds", "count", false));
  judge.AddSeries(ClassifySeries("wasm_memory", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_alloc", "bytes", false));
  judge.AddOperation("lifecycles");
  std::mt19937 random(seed);
  std::normal_distribution<> noise;
  const double page = 65536;
  double wasm_high = 20e6;
  for (double t = 0; t < seconds; t += interval) {
    const double n = std::floor(lifecycles * t / seconds);
    // V8's young generation fills and empties; wasm grows in pages.
    const double young = 8e6 * std::fmod(t / 1.7, 1.0);
    const double step = 61e6 / (1 + std::exp(-(t / seconds - 0.25) * 60));
    const double rss = fixed ? 73e6 + step + 600 * n + young * 0.3 : 68e6 + 240 * 1024 * n + young * 0.3;
    wasm_high = std::max(wasm_high, std::ceil((20e6 + (fixed ? 0 : 90.3 * 1024 * n)) / page) * page);
    const double values[] = {std::floor((rss + 1e5 * noise(random)) / 4096) * 4096, fixed ? 23 : 23 + n, wasm_high,
                             6e6 + young + 2000 * n};
    const double operations[] = {n};
    judge.AddSample({t, 1, Phase::kSoak, values, operations, kUnknown});
  }
  return judge.Final();
}

TEST(RunJudgeTest, LifecyclesThatLeakAreFoundOnEverySeriesWithTheirFigures) {
  for (double seconds : {12.0, 30.0, 60.0}) {
    const RunVerdict run = Lifecycles(seconds, false, 3);
    EXPECT_EQ(run.verdict, Verdict::kLeak) << run.headline;
    for (const char* name : {"rss", "fds", "wasm_memory"}) EXPECT_EQ(Of(run, name).verdict, Verdict::kLeak) << name << seconds;
    EXPECT_NEAR(Of(run, "rss").per_operation.kept.value, 240 * 1024, 0.03 * 240 * 1024) << seconds;
    EXPECT_NEAR(Of(run, "fds").per_operation.kept.value, 1.0, 0.03) << seconds;
    EXPECT_NEAR(Of(run, "wasm_memory").per_operation.kept.value, 90.3 * 1024, 0.03 * 90.3 * 1024) << seconds;
  }
}

TEST(RunJudgeTest, AOneTimeStepIsNeverALeak) {
  for (int seed = 1; seed <= 10; ++seed) {
    for (double seconds : {12.0, 30.0, 60.0}) {
      const RunVerdict run = Lifecycles(seconds, true, seed, 0.25, 2000);
      EXPECT_NE(run.verdict, Verdict::kLeak) << seed << " " << seconds << " " << run.headline;
    }
  }
}

// 800 lifecycles in 20 s on a runtime that collects before each sample: the heap
// is flat, resident memory gains `grown` bytes in all.
RunVerdict YoungRuntime(double grown, int seed) {
  JudgePolicy policy;
  policy.collector = Collector::kForced;
  RunJudge judge(policy);
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_allocated", "bytes", false));
  judge.AddOperation("lifecycles");
  std::mt19937 random(seed);
  std::normal_distribution<> noise;
  for (double t = 0; t < 20; t += 0.25) {
    const double n = std::floor(40 * t);
    const double values[] = {std::floor((60e6 + grown * t / 20 + 5e4 * noise(random)) / 4096) * 4096, 5e6 + 2e4 * noise(random)};
    const double operations[] = {n};
    judge.AddSample({t, 1, Phase::kSoak, values, operations, kUnknown});
  }
  return judge.Final();
}

TEST(RunJudgeTest, ARuntimeThatSettlesIsNoLeakUntilItIsMuchOfWhatItHas) {
  for (int seed = 1; seed <= 5; ++seed) {
    const RunVerdict settling = YoungRuntime(4e6, seed);
    EXPECT_EQ(settling.verdict, Verdict::kInconclusive) << seed << " " << settling.headline;
    const RunVerdict leaking = YoungRuntime(16e6, seed);
    EXPECT_EQ(leaking.verdict, Verdict::kLeak) << seed << " " << leaking.headline;
    EXPECT_EQ(leaking.deciding_series, "rss");
    EXPECT_NEAR(Of(leaking, "rss").per_operation.kept.value, 20e3, 1e3) << seed;
  }
}

// 20 s of a heap that breathes by minor collections and creeps: the old generation
// has not been swept once, whatever the creep looks like.
TEST(RunJudgeTest, AYoungHeapThatNobodyCollectedIsLeftOpen) {
  for (int seed = 1; seed <= 5; ++seed) {
    for (const double grown : {0.0, 2e6, 10e6}) {
      JudgePolicy policy;
      policy.collector = Collector::kManaged;
      RunJudge judge(policy);
      judge.AddSeries(ClassifySeries("rss", "bytes", false));
      judge.AddSeries(ClassifySeries("heap_allocated", "bytes", false));
      judge.AddOperation("lifecycles");
      std::mt19937 random(seed);
      std::normal_distribution<> noise;
      for (double t = 0; t < 20; t += 0.25) {
        const double values[] = {60e6 + 0.3 * grown * t / 20 + 5e4 * noise(random),
                                 4e6 + grown * t / 20 + 5e5 * std::fmod(t, 1.8) + 2e4 * noise(random)};
        const double operations[] = {std::floor(40 * t)};
        judge.AddSample({t, 1, Phase::kSoak, values, operations, kUnknown});
      }
      const RunVerdict verdict = judge.Final();
      EXPECT_EQ(verdict.verdict, Verdict::kInconclusive) << seed << " " << grown << " " << verdict.headline;
    }
  }
}

// A minute of payments that keep nothing; the allocator reserves `reserved` bytes
// in all, by steps of 128 KiB, as it goes.
RunVerdict MinuteOfReserving(double reserved, int seed) {
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_allocated", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_sys", "bytes", false));
  judge.AddOperation("payments");
  std::mt19937 random(seed);
  std::normal_distribution<> noise;
  for (double t = 0; t < 60; t += 0.25) {
    const double n = std::floor(48 * t);
    const double step = 128 * 1024;
    const double heap = 6e5 + 4e4 * noise(random);
    const double values[] = {std::floor((1e7 + 4e4 * noise(random)) / 4096) * 4096, heap,
                             8e5 + std::floor((reserved * t / 60 + 5e4 * noise(random)) / step) * step};
    const double operations[] = {n};
    judge.AddSample({t, 1, Phase::kSoak, values, operations, kUnknown});
  }
  return judge.Final();
}

TEST(RunJudgeTest, WhatIsOnlyReservedInAMinuteAccusesNobodyUnlessItIsMuch) {
  for (int seed = 1; seed <= 5; ++seed) {
    const RunVerdict settling = MinuteOfReserving(1.5e6, seed);
    EXPECT_EQ(settling.verdict, Verdict::kClean) << seed << " " << settling.headline;
    EXPECT_NE(Of(settling, "heap_sys").verdict, Verdict::kClean) << seed;  // it says that it does not know
    const RunVerdict mapping = MinuteOfReserving(60e6, seed);
    EXPECT_EQ(mapping.verdict, Verdict::kSuspect) << seed << " " << mapping.headline;
    EXPECT_EQ(mapping.deciding_series, "heap_sys");
  }
}

// 16 KiB a payment outside the heap, beside two harmless shapes: a warm-up and a step.
TEST(RunJudgeTest, ResidentMemoryThatMoreThanDoublesNeedsNoHeapToBeBelieved) {
  for (int seed = 1; seed <= 5; ++seed) {
    RunJudge judge({});
    judge.AddSeries(ClassifySeries("rss", "bytes", false));
    judge.AddSeries(ClassifySeries("heap_allocated", "bytes", false));
    judge.AddOperation("payments");
    std::mt19937 random(seed);
    std::normal_distribution<> noise;
    for (double t = 0; t < 40; t += 0.2) {
      const double n = std::floor(48 * t);
      const double warming = 4e6 * (1 - std::exp(-t / 4)) + (t > 22 ? 3e6 : 0);
      const double values[] = {std::floor((8e6 + 16384 * n + warming + 4e4 * noise(random)) / 4096) * 4096, 6e5 + 4e3 * noise(random)};
      const double operations[] = {n};
      judge.AddSample({t, 1, Phase::kSoak, values, operations, kUnknown});
    }
    const RunVerdict run = judge.Final();
    EXPECT_EQ(run.verdict, Verdict::kLeak) << seed << " " << run.headline;
    EXPECT_EQ(run.deciding_series, "rss") << seed;
    EXPECT_NEAR(Of(run, "rss").per_operation.kept.value, 16384, 0.15 * 16384) << seed;
  }
}

TEST(RunJudgeTest, ReplayIsBitIdenticalAndLooksChangeNothing) {
  const auto play = [](bool look) {
    RunJudge judge({});
    judge.AddSeries(ClassifySeries("rss", "bytes", false));
    std::mt19937 random(5);
    for (int i = 0; i < 20000; ++i) {
      const double values[] = {5e7 + i * 300.0 + std::normal_distribution<>(0, 2e5)(random)};
      judge.AddSample({i * 0.5, 1, Phase::kSoak, values, {}, kUnknown});
      if (look && i % 3000 == 2999) (void)judge.Provisional();
    }
    return judge.Final();
  };
  const RunVerdict a = play(false), b = play(true);
  EXPECT_EQ(a.headline, b.headline);
  EXPECT_EQ(a.series[0].probability, b.series[0].probability);
  EXPECT_EQ(a.series[0].slope_per_minute.low, b.series[0].slope_per_minute.low);
  EXPECT_EQ(a.series[0].slope_per_minute.high, b.series[0].slope_per_minute.high);
  EXPECT_EQ(a.verdict, Verdict::kLeak);
  EXPECT_NEAR(a.series[0].slope_per_minute.value, 36000, 1800);
}

TEST(RunJudgeTest, MissingDataIsNeverAPass) {
  const auto flat = [](RunJudge& judge, int samples) {
    judge.AddSeries(ClassifySeries("heap", "bytes", false));
    std::mt19937 random(2);
    for (int i = 0; i < samples; ++i) {
      const double values[] = {5e7 + std::normal_distribution<>(0, 3e4)(random)};
      judge.AddSample({i * 2.0, 1, Phase::kSoak, values, {}, kUnknown});
    }
    return judge.Final();
  };
  RunJudge whole({}), gap({}), few({}), invalid({}), empty({});
  EXPECT_EQ(flat(whole, 1800).verdict, Verdict::kClean);
  gap.AddGap(1000, 1100, "agent restarted");
  EXPECT_EQ(flat(gap, 1800).verdict, Verdict::kInconclusive);
  EXPECT_EQ(flat(few, 30).verdict, Verdict::kInconclusive);
  invalid.MarkInvalid("the target never worked");
  EXPECT_EQ(flat(invalid, 1800).verdict, Verdict::kInvalid);
  EXPECT_EQ(empty.Final().verdict, Verdict::kInconclusive);
}

TEST(RunJudgeTest, ClockThatRunsBackwardsMakesTheRunInvalid) {
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  const double values[] = {1e6};
  judge.AddSample({100, 1, Phase::kSoak, values, {}, kUnknown});
  judge.AddSample({10, 1, Phase::kSoak, values, {}, kUnknown});
  EXPECT_EQ(judge.Final().verdict, Verdict::kInvalid);
}

TEST(RunJudgeTest, LimitsAndBudgetsAreProjected) {
  JudgePolicy policy;
  policy.budgets = {{"rss", 100e6}};
  RunJudge judge(policy);
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.SetLimit("rss", 200e6, "cgroup memory.max");
  for (int i = 0; i < 600; ++i) {
    const double values[] = {50e6 + i * 10000.0};
    judge.AddSample({i * 1.0, 1, Phase::kSoak, values, {}, kUnknown});
  }
  const RunVerdict run = judge.Final();
  ASSERT_EQ(run.verdict, Verdict::kLeak) << run.headline;
  EXPECT_NEAR(run.series[0].limit_reached_in_s, (100e6 - 55.99e6) / 10000, 60);
  EXPECT_EQ(run.series[0].limit, "budget");
  ASSERT_EQ(run.rules.size(), 1u);
  EXPECT_FALSE(run.rules[0].breached);
}

TEST(RunJudgeTest, ALimitOfAProcessBindsTheLargestOfSeveral) {
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("fds", "count", false));
  judge.AddSeries(ClassifySeries("fds_largest", "count", false));
  judge.SetLimit("fds", 1024, "nofile");
  for (double t = 0; t < 600; t += 1) {
    const double kept = std::floor(t / 2);  // 30 a minute, all in one of ten processes
    const double values[] = {2000 + kept, 200 + kept};
    judge.AddSample({t, 1, Phase::kSoak, values, {}, kUnknown});
  }
  const RunVerdict verdict = judge.Final();
  EXPECT_EQ(Of(verdict, "fds").verdict, Verdict::kLeak) << verdict.headline;
  EXPECT_TRUE(std::isnan(Of(verdict, "fds").limit_reached_in_s)) << "the sum is past 1024, and may be";
  EXPECT_NEAR(Of(verdict, "fds_largest").limit_reached_in_s, 1048, 60);
  EXPECT_EQ(Of(verdict, "fds_largest").limit, "nofile");
}

TEST(RunJudgeTest, MemoryIsBounded) {
  RunSummary summary;
  summary.AddSeries();
  for (int i = 0; i < 300000; ++i) {
    const double values[] = {1.0 * i};
    summary.AddRow(i, i / 7, RowUse::kFit, values, {}, kUnknown);  // a restart every seven samples
    ASSERT_LE(summary.time_cells().size(), kMaxCells);
  }
  EXPECT_LE(summary.bytes_per_series(), 100 * 1024u);
  EXPECT_GT(summary.dropped_segments(), 0);
}

}  // namespace
}  // namespace seep::analysis
