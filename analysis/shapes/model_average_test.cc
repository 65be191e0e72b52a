#include "analysis/shapes/model_average.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace seep::analysis {
namespace {

template <typename F>
Levels Draw(F f, int seed = 3, int n = 40) {
  Levels levels;
  std::mt19937 random(seed);
  std::normal_distribution<> noise(0, 100);
  for (int i = 0; i < n; ++i) {
    const double x = (i + 0.5) / n;
    levels.t.push_back(3600 * x);
    levels.y.push_back(50000 + f(x) + noise(random));
    levels.segment.push_back(0);
    levels.born.push_back(0);
    levels.load.push_back(std::nan(""));
  }
  return levels;
}

Average Judge(const Levels& levels) { return AverageModels({levels, {}, {}, 15, 8}); }

// 6,000 KB over an hour is 100 KB a minute.
TEST(ModelAverageTest, ALineIsGrowthWithItsSlope) {
  const Average a = Judge(Draw([](double x) { return 6000 * x; }));
  EXPECT_GT(a.probability, 0.99);
  EXPECT_NEAR(a.end_slope, 100, 6);
  EXPECT_LT(a.low, 100);
  EXPECT_GT(a.high, 100);
  EXPECT_EQ(a.best_growth, Growth::kLine);
}

// The last twentieth of a run of 14 levels is one level: no reason to take its slope for none.
TEST(ModelAverageTest, CurvedGrowthClimbsAtTheEndHoweverFewTheLevels) {
  for (int n : {10, 14, 20, 40}) {
    const Levels levels = Draw([](double x) { return 6000 * x; }, 3, n);
    for (const GrowthShape& growth : BuildShapes(levels, {}).growths) {
      if (growth.kind == Growth::kNone) continue;
      EXPECT_GT(growth.end_per_minute, 0.1 * growth.per_minute) << n << " levels, " << GrowthName(growth.kind);
    }
    EXPECT_GT(Judge(levels).low, 60) << n << " levels";
  }
}

TEST(ModelAverageTest, ShapesOfHealthyProgramsAreNotGrowth) {
  const auto probability = [](auto f) { return Judge(Draw(f)).probability; };
  EXPECT_LT(probability([](double) { return 0.0; }), 0.3);
  EXPECT_LT(probability([](double x) { return 20000 * (1 - std::exp(-x / 0.1)); }), 0.5) << "cache";
  EXPECT_LT(probability([](double x) { return 20000 * std::min(x / 0.3, 1.0); }), 0.5) << "ramp to flat";
  EXPECT_LT(probability([](double x) { return x > 0.6 ? 9000.0 : 0.0; }), 0.5) << "step";
  EXPECT_LT(probability([](double x) { return 3000 * std::sin(20 * x); }), 0.5) << "wave";
  EXPECT_LT(probability([](double x) { return x > 0.4 ? 8000 * (1 - std::exp(-(x - 0.4) / 0.04)) : 0.0; }), 0.5) << "second warm-up";
}

TEST(ModelAverageTest, LeaksBesideThoseShapesAreFound) {
  const Average warm = Judge(Draw([](double x) { return 20000 * (1 - std::exp(-x / 0.05)) + 6000 * x; }));
  EXPECT_GT(warm.probability, 0.95);
  EXPECT_NEAR(warm.end_slope, 100, 15);
  const Average late = Judge(Draw([](double x) { return 12000 * std::max(0.0, x - 0.5); }));
  EXPECT_GT(late.probability, 0.95);
  EXPECT_NEAR(late.end_slope, 200, 40);
}

TEST(ModelAverageTest, AnOperationThatExplainsTheStepsIsNamed) {
  // Work comes in four stretches; memory grows with it, not with the clock.
  Levels levels = Draw([](double) { return 0.0; });
  double count = 0;
  levels.operations.resize(1);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (i / 5 % 2 == 0) count += 50;
    levels.operations[0].push_back(count);
    levels.y[i] += 8 * count;
  }
  const Average a = AverageModels({levels, {}, {0}, 15, 8});
  ASSERT_EQ(a.operations.size(), 1u);
  EXPECT_GT(a.operations[0].weight, 0.9);
  EXPECT_EQ(a.best_growth, Growth::kOperation);
}

}  // namespace
}  // namespace seep::analysis
