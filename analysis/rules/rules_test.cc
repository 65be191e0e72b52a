#include "analysis/rules/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::analysis {
namespace {

using ::testing::HasSubstr;

constexpr double kMb = 1e6;

RuleSeries Straight(const std::string& name, double from, double to, double minutes, double r_squared = 1) {
  RuleSeries s;
  s.name = name;
  s.first = s.start_mean = s.min = from;
  s.last = s.end_mean = s.max = to;
  s.minutes = minutes;
  s.slope_per_minute = s.second_half_slope_per_minute = (to - from) / minutes;
  s.r_squared = r_squared;
  s.increase = to - from;
  return s;
}
RuleSeries Memory(const std::string& name, double from_mb, double to_mb, double minutes, double r_squared = 1) {
  RuleSeries s = Straight(name, from_mb * kMb, to_mb * kMb, minutes, r_squared);
  s.bytes = s.memory = true;
  return s;
}
RuleSeries Heap(double from_mb, double to_mb, double minutes, double r_squared = 1) {
  return Memory("heap_alloc", from_mb, to_mb, minutes, r_squared);
}

RuleFinding Find(const std::vector<RuleFinding>& all, const std::string& rule, const std::string& series) {
  for (const RuleFinding& f : all) {
    if (f.rule == rule && f.series == series) return f;
  }
  ADD_FAILURE() << rule << " / " << series << " not reported";
  return {};
}
bool Breached(const std::string& set, const std::string& rule, const RuleSeries& s) {
  const RuleFinding f = Find(ApplyRuleSet(set, {s}), rule, s.name);
  EXPECT_TRUE(f.applicable);
  EXPECT_NE(f.measured, "");
  return f.breached;
}

TEST(MemtestRules, SlopeAndStraightness) {
  const std::string rule = "slope > 100 KB/min and R² > 0.7";
  // Seed 000's own report: 42.00MB -> 68.00MB at 1300.0 KB/min with R²=0.94 is a leak.
  const auto leak = ApplyRuleSet("memtest", {Heap(42, 68, 20, 0.94)});
  EXPECT_TRUE(Find(leak, rule, "heap_alloc").breached);
  EXPECT_EQ(Find(leak, rule, "heap_alloc").measured, "+1300.0 KB/min, R²=0.94");
  EXPECT_FALSE(Breached("memtest", rule, Heap(42, 68, 20, 0.70))) << "more than 0.7, not 0.7";
  EXPECT_TRUE(Breached("memtest", rule, Heap(42, 68, 20, 0.71)));
  EXPECT_FALSE(Breached("memtest", rule, Heap(40, 42, 20, 0.99))) << "more than 100, not 100";
  EXPECT_TRUE(Breached("memtest", rule, Heap(40, 42.1, 20, 0.99)));
  EXPECT_FALSE(Breached("memtest", rule, Heap(68, 42, 20, 0.94)));
  EXPECT_TRUE(Breached("memtest", rule, Memory("rss", 60, 88, 20, 0.94)));
}

TEST(MemtestRules, CountsThatDoubleOrKeepGrowing) {
  EXPECT_TRUE(Breached("memtest", "count doubles", Straight("goroutines", 42, 84, 10)));
  EXPECT_FALSE(Breached("memtest", "count doubles", Straight("goroutines", 42, 83, 10)));
  const std::string keeps = "count keeps growing (R² > 0.7 to the end)";
  EXPECT_TRUE(Breached("memtest", keeps, Straight("goroutines", 42, 52, 20)));
  EXPECT_FALSE(Breached("memtest", keeps, Straight("goroutines", 42, 42, 20, 0)));
  EXPECT_FALSE(Breached("memtest", keeps, Straight("goroutines", 42, 52, 20, 0.6)));
  RuleSeries settled = Straight("threads", 10, 18, 20);
  settled.second_half_slope_per_minute = 0.1;
  EXPECT_FALSE(Breached("memtest", keeps, settled));
}

TEST(MemtestRules, ListenersMoreThanExpected) {
  const std::string rule = "listener mismatch (more than expected)";
  EXPECT_TRUE(Breached("memtest", rule, Straight("listeners", 2, 3, 10)));
  EXPECT_FALSE(Breached("memtest", rule, Straight("listeners", 2, 2, 10)));
  // Churn that the scenario itself asked for is expected.
  const auto churn = ApplyRuleSet("memtest", {Straight("listeners", 2, 7, 10), Straight("listeners_expected", 2, 7, 10)});
  EXPECT_FALSE(Find(churn, rule, "listeners").breached);
  EXPECT_EQ(Find(churn, rule, "listeners").measured, "7.0 at the end, 7.0 expected");
  const auto left = ApplyRuleSet("memtest", {Straight("listeners", 2, 9, 10), Straight("listeners_expected", 2, 7, 10)});
  EXPECT_TRUE(Find(left, rule, "listeners").breached);
}

TEST(ListingsRules, LeakThresholds) {
  const std::string growth = "heap growth > 50 MB per 30 min";
  EXPECT_FALSE(Breached("listings", growth, Heap(30, 80, 30)));
  EXPECT_TRUE(Breached("listings", growth, Heap(30, 80.1, 30)));
  EXPECT_FALSE(Breached("listings", growth, Heap(30, 129, 60))) << "per half hour";
  EXPECT_TRUE(Breached("listings", growth, Heap(30, 81, 5))) << "a short run has grown that much already";
  const std::string rate = "heap growth rate > 1 MB/min sustained";
  EXPECT_FALSE(Breached("listings", rate, Heap(30, 60, 30)));
  EXPECT_TRUE(Breached("listings", rate, Heap(30, 60.5, 30)));
  RuleSeries settled = Heap(30, 90, 30);
  settled.second_half_slope_per_minute = 0;
  EXPECT_FALSE(Breached("listings", rate, settled)) << "not sustained";
  const std::string tasks = "goroutine growth > 100 over baseline";
  EXPECT_FALSE(Breached("listings", tasks, Straight("goroutines", 20, 120, 30)));
  EXPECT_TRUE(Breached("listings", tasks, Straight("goroutines", 20, 121, 30)));
  const std::string db = "database connection growth > 10 over baseline";
  EXPECT_FALSE(Breached("listings", db, Straight("db_connections_open", 5, 15, 30)));
  EXPECT_TRUE(Breached("listings", db, Straight("db_connections_open", 5, 16, 30)));
  const std::string gc = "GC activity > 10 GC/min";
  EXPECT_FALSE(Breached("listings", gc, Straight("gc_count", 0, 300, 30)));
  EXPECT_TRUE(Breached("listings", gc, Straight("gc_count", 0, 303, 30)));
}

TEST(ListingsRules, MaxAcceptable) {
  struct Row {
    const char* rule;
    RuleSeries at, over;
  };
  const Row rows[] = {
      {"heap allocation > 200 MB", Heap(30, 200, 30), Heap(30, 201, 30)},
      {"heap system > 300 MB", Memory("heap_sys", 30, 300, 30), Memory("heap_sys", 30, 301, 30)},
      {"goroutines > 200", Straight("goroutines", 20, 200, 30), Straight("goroutines", 20, 201, 30)},
      {"database connections (open) > 50", Straight("db_connections_open", 5, 50, 30), Straight("db_connections_open", 5, 51, 30)},
      {"database connections (in use) > 40", Straight("db_connections_in_use", 5, 40, 30),
       Straight("db_connections_in_use", 5, 41, 30)},
  };
  for (const Row& row : rows) {
    EXPECT_FALSE(Breached("listings", row.rule, row.at)) << row.rule;
    EXPECT_TRUE(Breached("listings", row.rule, row.over)) << row.rule;
  }
}

TEST(SoakRules, GrowthOverSixHours) {
  EXPECT_FALSE(Breached("soak", "threads grow < 5 % over 6 h", Straight("threads", 100, 104.9, 360)));
  EXPECT_TRUE(Breached("soak", "threads grow < 5 % over 6 h", Straight("threads", 100, 105, 360)));
  EXPECT_FALSE(Breached("soak", "threads grow < 300 over 6 h", Straight("goroutines", 60'000, 60'299, 360)));
  EXPECT_TRUE(Breached("soak", "threads grow < 300 over 6 h", Straight("goroutines", 60'000, 60'300, 360)));
  EXPECT_FALSE(Breached("soak", "memory grows < 10 % over 6 h", Heap(100, 109.9, 360)));
  EXPECT_TRUE(Breached("soak", "memory grows < 10 % over 6 h", Heap(100, 110, 360)));
  EXPECT_FALSE(Breached("soak", "memory grows < 40 MB over 6 h", Memory("rss", 335, 374, 360)));
  EXPECT_TRUE(Breached("soak", "memory grows < 40 MB over 6 h", Memory("rss", 335, 375, 360)));
  // Seed 004's own figures.
  EXPECT_TRUE(Breached("soak", "threads grow < 5 % over 6 h", Straight("goroutines", 60'741, 136'992, 360)));
  EXPECT_TRUE(Breached("soak", "memory grows < 10 % over 6 h", Memory("rss", 335, 780, 360)));
}

TEST(SoakRules, AnotherLengthIsHeldToItsShareAndSaysSo) {
  const auto hour = Find(ApplyRuleSet("soak", {Heap(100, 102, 60)}), "memory grows < 10 % over 6 h", "heap_alloc");
  EXPECT_TRUE(hour.breached);
  EXPECT_EQ(hour.measured, "100.00 MB -> 102.00 MB, +12.0 % per 6 h (projected from 60 min)");
  EXPECT_FALSE(Breached("soak", "memory grows < 10 % over 6 h", Heap(100, 119, 720)));
  // One minute is not multiplied by 360.
  EXPECT_FALSE(Breached("soak", "memory grows < 10 % over 6 h", Heap(100, 100.5, 1)));
}

TEST(RulesTest, AbsentSeriesAreSaidNotGuessed) {
  for (const char* set : kRuleSets) {
    const auto findings = ApplyRuleSet(set, {});
    EXPECT_FALSE(findings.empty());
    for (const RuleFinding& f : findings) {
      EXPECT_FALSE(f.applicable) << f.rule;
      EXPECT_FALSE(f.breached) << f.rule;
      EXPECT_EQ(f.measured, "no such series in this recording");
    }
  }
  EXPECT_FALSE(ApplyRuleSet("nonsense", {}).front().applicable);
}

TEST(RulesTest, Budgets) {
  const auto f = ApplyBudgets({{"heap_alloc", 60 * kMb}, {"heap_alloc", 68 * kMb}, {"fds", 100}}, {Heap(42, 68, 20)});
  ASSERT_EQ(f.size(), 3u);
  EXPECT_TRUE(f[0].breached);
  EXPECT_EQ(f[0].rule, "heap_alloc < 60.0 MB");
  EXPECT_THAT(f[0].measured, HasSubstr("max 68.0 MB"));
  EXPECT_FALSE(f[1].breached);
  EXPECT_FALSE(f[2].applicable);
}

}  // namespace
}  // namespace seep::analysis
