// How often the interval of a difference holds the true difference, and how
// often runs of one build are called worse. Figures: docs/measurements.md.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "analysis/compare/compare_runs.h"
#include "analysis/compare/simulated_build.h"
#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

struct Share {
  int hits = 0, of = 0;
  void Count(bool hit) { hits += hit, ++of; }
  double value() const { return of == 0 ? 0 : static_cast<double>(hits) / of; }
};

// Wilson, "Probable inference", JASA 22, 1927.
struct Wilson {
  double low, high;
  explicit Wilson(const Share& s) {
    const double z = 1.959964, n = s.of, p = s.value(), middle = p + z * z / (2 * n);
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    low = (middle - half) / (1 + z * z / n);
    high = (middle + half) / (1 + z * z / n);
  }
};

void Print(const char* what, const Share& share) {
  const Wilson wilson(share);
  std::printf("%-44s %4d of %4d = %5.1f %% [%.1f, %.1f]\n", what, share.hits, share.of, 100 * share.value(), 100 * wilson.low, 100 * wilson.high);
}

// More pairs for the figures in the docs than a test run has time for.
int Pairs() {
  const char* asked = std::getenv("SEEP_PAIRS");
  return asked == nullptr ? 40 : std::atoi(asked);
}

const SeriesComparison& Heap(const RunComparison& c) {
  for (const SeriesComparison& s : c.series) {
    if (s.series == "heap_allocated") return s;
  }
  static const SeriesComparison none;
  return none;
}

const SeriesVerdict& Heap(const RunVerdict& v) {
  for (const SeriesVerdict& s : v.series) {
    if (s.series == "heap_allocated") return s;
  }
  static const SeriesVerdict none;
  return none;
}

double TrueLevel(const SimulatedVerdict& run, const Stretch& stretch) {
  std::vector<double> inside;
  for (std::size_t i = 0; i < run.t_s.size(); ++i) {
    if (run.t_s[i] >= stretch.begin && run.t_s[i] <= stretch.end) inside.push_back(run.heap[i]);
  }
  return Mean(inside);
}

bool Holds(const Estimate& e, double truth) { return e.low <= truth && truth <= e.high; }

struct Rates {
  Share level, slope, kept, worse, better, same;
};

Rates Compare(const SimulatedBuild& base, const SimulatedBuild& changed, double minutes, std::uint64_t seed) {
  Rates rates;
  for (int i = 0; i < Pairs(); ++i) {
    const SimulatedVerdict a = Soak(base, minutes, 1, seed + 2 * i), b = Soak(changed, minutes, 1, seed + 2 * i + 1);
    const RunComparison c = CompareRuns(a.verdict, b.verdict, {});
    const SeriesComparison& heap = Heap(c);
    const double kept = changed.kept_bytes - base.kept_bytes;
    const double slope = changed.kept_bytes * changed.payments_per_minute - base.kept_bytes * base.payments_per_minute;
    if (heap.slope_per_minute.missing.empty()) rates.slope.Count(Holds(heap.slope_per_minute.delta, slope));
    if (heap.kept_per_operation.missing.empty()) rates.kept.Count(Holds(heap.kept_per_operation.delta, kept));
    if (heap.level.missing.empty()) {
      const SeriesVerdict &va = Heap(a.verdict), &vb = Heap(b.verdict);
      const Stretch both = InCommon(va.curve, va.warmup_end_s, vb.curve, vb.warmup_end_s, Alignment::kTime);
      rates.level.Count(Holds(heap.level.delta, TrueLevel(b, both) - TrueLevel(a, both)));
    }
    rates.worse.Count(c.outcome == Outcome::kWorse);
    rates.better.Count(c.outcome == Outcome::kBetter);
    rates.same.Count(c.outcome == Outcome::kSame);
    if (std::getenv("SEEP_SHOW") != nullptr) std::printf("  %s\n", c.headline.c_str());
  }
  return rates;
}

void Report(const char* title, const Rates& rates) {
  std::printf("%s\n", title);
  Print("  interval of the level's difference holds it", rates.level);
  Print("  of the slope's", rates.slope);
  Print("  of what a payment keeps", rates.kept);
  Print("  called worse", rates.worse);
  Print("  called better", rates.better);
  Print("  called same", rates.same);
}

TEST(RatesOfComparisonTest, EqualBuildsAreNotCalledWorse) {
  const SimulatedBuild build;
  const Rates rates = Compare(build, build, 20, 1000);
  Report("equal, healthy, 20 min", rates);
  EXPECT_LE(Wilson(rates.worse).low, 0.01);
  EXPECT_LE(Wilson(rates.better).low, 0.01);
  EXPECT_GE(Wilson(rates.level).high, 0.93);
  EXPECT_GE(Wilson(rates.slope).high, 0.93);
  EXPECT_GE(rates.same.value(), 0.7);
}

TEST(RatesOfComparisonTest, EquallyLeakingBuildsAreNotCalledWorse) {
  SimulatedBuild build;
  build.kept_bytes = 4096;
  const Rates rates = Compare(build, build, 20, 2000);
  Report("equal, 4 KiB a payment, 20 min", rates);
  EXPECT_LE(Wilson(rates.worse).low, 0.02);
  EXPECT_GE(Wilson(rates.kept).high, 0.93);
}

TEST(RatesOfComparisonTest, ALeakThatCameIsWorseAndOneThatWentIsBetter) {
  SimulatedBuild sound, leaky;
  leaky.kept_bytes = 2048;
  const Rates came = Compare(sound, leaky, 20, 3000), went = Compare(leaky, sound, 20, 4000);
  Report("2 KiB a payment came, 20 min", came);
  Report("2 KiB a payment went, 20 min", went);
  EXPECT_GE(came.worse.value(), 0.95);
  EXPECT_GE(went.better.value(), 0.9);
  EXPECT_EQ(came.better.hits, 0);
  EXPECT_EQ(went.worse.hits, 0);
  EXPECT_GE(Wilson(came.kept).high, 0.93);
}

TEST(RatesOfComparisonTest, AHeapThatGrewIsWorseThoughNothingLeaks) {
  SimulatedBuild before, after;
  after.heap_bytes = before.heap_bytes * 1.25;
  const Rates rates = Compare(before, after, 20, 5000);
  Report("heap 25 % larger, 20 min", rates);
  EXPECT_GE(rates.worse.value(), 0.95);
  EXPECT_GE(Wilson(rates.level).high, 0.93);
}

TEST(RatesOfComparisonTest, ThreeMinutesAreEnoughPerPayment) {
  SimulatedBuild sound, leaky;
  sound.payments_per_minute = leaky.payments_per_minute = 3000;
  leaky.kept_bytes = 4096;
  const Rates equal = Compare(sound, sound, 3, 6000), came = Compare(sound, leaky, 3, 7000);
  Report("equal, 3 min, 3,000 payments a minute", equal);
  Report("4 KiB a payment came, 3 min", came);
  EXPECT_LE(Wilson(equal.worse).low, 0.02);
  EXPECT_GE(came.worse.value(), 0.95);
}

}  // namespace
}  // namespace seep::analysis
