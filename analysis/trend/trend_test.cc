#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/trend/ar_slope.h"
#include "analysis/trend/least_squares.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/trend/student_t.h"
#include "analysis/trend/theil_sen.h"

namespace seep::analysis {
namespace {

TEST(OrderStatisticsTest, AreThoseOfTheTextbook) {
  EXPECT_EQ(Median({3, 1, 2}), 2);
  EXPECT_EQ(Median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(Median({}), 0);
  EXPECT_DOUBLE_EQ(Quantile({0, 10, 20, 30, 40}, 0.3), 12);
  EXPECT_NEAR(RobustSpread({1, 2, 3, 4, 1000}), 1.4826, 1e-9) << "one wild value is ignored";
}

TEST(StudentTTest, TailsWithinAThousandths) {
  EXPECT_NEAR(StudentTail(2.228, 10), 0.025, 0.001);
  EXPECT_NEAR(StudentTail(1.96, 1000), 0.025, 0.0005);
  EXPECT_NEAR(StudentTail(-1.0, 5), 1 - 0.1816, 0.002);
  EXPECT_NEAR(StudentQuantile(0.025, 20), 2.086, 0.01);
}

TEST(LeastSquaresTest, LineAndItsFit) {
  double t = 0, y = 0, tt = 0, ty = 0, yy = 0;
  for (int i = 0; i < 100; ++i) {
    const double v = 5 + 2.0 * i;
    t += i, y += v, tt += i * i, ty += i * v, yy += v * v;
  }
  const Line line = LeastSquaresLine(100, t, y, tt, ty, yy);
  EXPECT_NEAR(line.per_minute, 120, 1e-9);
  EXPECT_NEAR(line.r_squared, 1, 1e-9);
  EXPECT_EQ(LeastSquaresLine(1, 0, 5, 0, 0, 25).per_minute, 0);
  EXPECT_EQ(LeastSquaresLine(3, 3, 15, 5, 15, 75).r_squared, 0) << "a constant has nothing to explain";
}

TEST(TheilSenTest, AThirdOfLiesDoesNotMoveIt) {
  std::vector<double> t, y;
  for (int i = 0; i < 90; ++i) t.push_back(i), y.push_back(i % 3 == 0 ? 1e6 * (i % 7) : 3.0 * i);
  EXPECT_NEAR(TheilSenSlope(t, y, std::vector<int>(90, 0)), 180, 20);
}

// The interval must hold the truth as often as it says, autocorrelated or not.
TEST(AutocorrelatedSlopeTest, ErrorCoversUnderAutocorrelation) {
  std::mt19937 random(11);
  std::normal_distribution<> noise;
  int covered = 0;
  for (int run = 0; run < 400; ++run) {
    std::vector<double> t, y;
    double x = noise(random);
    for (int i = 0; i < 40; ++i) {
      x = 0.4 * x + std::sqrt(1 - 0.16) * noise(random);
      t.push_back(60.0 * i);
      y.push_back(0.5 * i + x);
    }
    const SlopeFit fit = AutocorrelatedSlope(t, y, std::vector<int>(40, 0), {}, 0);
    covered += std::abs(fit.per_minute - 0.5) < StudentQuantile(0.025, fit.dof) * fit.standard_error;
  }
  EXPECT_GE(covered, 0.91 * 400);
}

TEST(AutocorrelatedSlopeTest, RestartsAreNoSlope) {
  std::vector<double> t, y;
  std::vector<int> segment;
  for (int i = 0; i < 60; ++i) t.push_back(i), segment.push_back(i / 20), y.push_back(100.0 * (i / 20) + i % 2);
  EXPECT_NEAR(AutocorrelatedSlope(t, y, segment, {}, 0).per_minute, 0, 1);
  EXPECT_GT(AutocorrelatedSlope({0, 1}, {0, 1}, {0, 0}, {}, 0).standard_error, 1e17);
}

}  // namespace
}  // namespace seep::analysis
