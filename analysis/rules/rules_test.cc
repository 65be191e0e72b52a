#include "analysis/rules/rules.h"

#include <gtest/gtest.h>

namespace seep::analysis {
namespace {

constexpr double kMb = 1024 * 1024;

RuleSeries Heap(double from_mb, double to_mb, double minutes, double r_squared) {
  RuleSeries s;
  s.name = "heap_alloc";
  s.bytes = s.memory = true;
  s.first = s.start_mean = from_mb * kMb;
  s.last = s.end_mean = s.max = to_mb * kMb;
  s.min = s.first;
  s.minutes = minutes;
  s.slope_per_minute = s.second_half_slope_per_minute = (to_mb - from_mb) * kMb / minutes;
  s.r_squared = r_squared;
  return s;
}
RuleSeries Count(const std::string& name, double from, double to, double minutes) {
  RuleSeries s;
  s.name = name;
  s.first = s.start_mean = s.min = from;
  s.last = s.end_mean = s.max = to;
  s.minutes = minutes;
  s.slope_per_minute = s.second_half_slope_per_minute = (to - from) / minutes;
  s.r_squared = 1;
  s.increase = to - from;
  return s;
}

const RuleFinding& Find(const std::vector<RuleFinding>& all, const std::string& rule, const std::string& series) {
  for (const RuleFinding& f : all) {
    if (f.rule == rule && f.series == series) return f;
  }
  ADD_FAILURE() << rule << " / " << series << " not reported";
  return all.front();
}

TEST(RulesTest, MemtestNeedsSlopeAndStraightness) {
  const std::string rule = "slope > 100 KB/min and R² > 0.7";
  // Seed 000's own example: +1300 KB/min with R² = 0.94 is a leak.
  const auto leak = ApplyRuleSet("memtest", {Heap(42, 68, 20.48, 0.94)});
  EXPECT_TRUE(Find(leak, rule, "heap_alloc").breached);
  EXPECT_EQ(Find(leak, rule, "heap_alloc").measured, "+1300.0 KB/min, R²=0.94");
  EXPECT_FALSE(Find(ApplyRuleSet("memtest", {Heap(42, 68, 20.48, 0.6)}), rule, "heap_alloc").breached);
  EXPECT_FALSE(Find(ApplyRuleSet("memtest", {Heap(42, 43, 20.48, 0.99)}), rule, "heap_alloc").breached);
}

TEST(RulesTest, MemtestCountsAndListeners) {
  const auto f = ApplyRuleSet("memtest", {Count("goroutines", 42, 85, 10), Count("listeners", 2, 8, 10)});
  EXPECT_TRUE(Find(f, "count doubles", "goroutines").breached);
  EXPECT_TRUE(Find(f, "listener mismatch", "listeners").breached);
  const auto ok = ApplyRuleSet("memtest", {Count("goroutines", 42, 52, 10), Count("listeners", 2, 4, 10)});
  EXPECT_FALSE(Find(ok, "count doubles", "goroutines").breached);
  EXPECT_FALSE(Find(ok, "listener mismatch", "listeners").breached);
}

TEST(RulesTest, ListingsTables) {
  RuleSeries gc = Count("gc_count", 0, 240, 20);
  const auto f = ApplyRuleSet("listings", {Heap(30, 100, 30, 0.9), Count("goroutines", 20, 130, 30),
                                           Count("db_connections_open", 5, 20, 30), gc});
  EXPECT_TRUE(Find(f, "heap growth > 50 MB per 30 min", "heap_alloc").breached);
  EXPECT_TRUE(Find(f, "heap growth rate > 1 MB/min sustained", "heap_alloc").breached);
  EXPECT_TRUE(Find(f, "goroutine growth > 100 over baseline", "goroutines").breached);
  EXPECT_TRUE(Find(f, "database connection growth > 10 over baseline", "db_connections_open").breached);
  EXPECT_TRUE(Find(f, "GC activity > 10 GC/min", "gc_count").breached);
  EXPECT_FALSE(Find(f, "heap allocation > 200 MB", "heap_alloc").breached);
}

TEST(RulesTest, SoakHoldsSixHours) {
  const auto f = ApplyRuleSet("soak", {Count("threads", 100, 104, 360), Heap(100, 115, 360, 0.9)});
  EXPECT_FALSE(Find(f, "threads grow < 5 % over 6 h", "threads").breached);
  EXPECT_TRUE(Find(f, "memory grows < 10 % over 6 h", "heap_alloc").breached);
}

TEST(RulesTest, AbsentSeriesAreSaidNotGuessed) {
  for (const char* set : kRuleSets) {
    const auto findings = ApplyRuleSet(set, {});
    EXPECT_FALSE(findings.empty());
    for (const RuleFinding& f : findings) {
      EXPECT_FALSE(f.applicable) << f.rule;
      EXPECT_FALSE(f.breached) << f.rule;
    }
  }
  EXPECT_FALSE(ApplyRuleSet("nonsense", {}).front().applicable);
}

TEST(RulesTest, Budgets) {
  const auto f = ApplyBudgets({{"heap_alloc", 60 * kMb}, {"fds", 100}}, {Heap(42, 68, 20, 0.9)});
  ASSERT_EQ(f.size(), 2u);
  EXPECT_TRUE(f[0].breached);
  EXPECT_EQ(f[0].rule, "heap_alloc < 60.0 MB");
  EXPECT_FALSE(f[1].applicable);
}

}  // namespace
}  // namespace seep::analysis
