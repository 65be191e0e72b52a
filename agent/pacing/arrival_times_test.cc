#include "agent/pacing/arrival_times.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace seep::agent {
namespace {

v1::Pace AtRate(double rate) {
  v1::Pace pace;
  pace.set_rate_per_second(rate);
  return pace;
}

void AddStage(v1::Pace& pace, double rate, absl::Duration over) {
  v1::RateStage& stage = *pace.add_stages();
  stage.set_rate_per_second(rate);
  stage.set_over_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(over)));
}

std::vector<double> Until(ArrivalTimes& times, double seconds) {
  std::vector<double> all;
  while (true) {
    const absl::Duration at = times.Next();
    if (at >= absl::Seconds(seconds)) return all;
    all.push_back(absl::ToDoubleSeconds(at));
  }
}

std::size_t CountBetween(const std::vector<double>& times, double from, double to) {
  return static_cast<std::size_t>(std::count_if(times.begin(), times.end(), [&](double t) { return t >= from && t < to; }));
}

TEST(ArrivalTimes, AConstantRateNeitherDriftsNorWaitsForTheFirst) {
  ArrivalTimes times(AtRate(10), Random(1));
  EXPECT_EQ(times.Next(), absl::ZeroDuration());
  for (int i = 1; i < 6'048'000; ++i) {  // a week
    const absl::Duration at = times.Next();
    if (i % 100'000 == 1) {
      ASSERT_NEAR(absl::ToDoubleSeconds(at), i / 10.0, 1e-6) << i;
    }
  }
}

TEST(ArrivalTimes, ARampHasTheAreaUnderItAndReachesItsRate) {
  v1::Pace pace;
  AddStage(pace, 100, absl::Seconds(60));
  AddStage(pace, 100, absl::Seconds(30));
  AddStage(pace, 10, absl::Seconds(30));
  ArrivalTimes times(pace, Random(1));
  const std::vector<double> all = Until(times, 180);
  EXPECT_NEAR(CountBetween(all, 0, 60), 3000, 1);
  EXPECT_NEAR(CountBetween(all, 0, 30), 750, 1) << "a line, not a jump";
  EXPECT_NEAR(CountBetween(all, 60, 90), 3000, 1);
  EXPECT_NEAR(CountBetween(all, 90, 120), 1650, 1);
  EXPECT_NEAR(CountBetween(all, 120, 180), 600, 1) << "the last rate stays";
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST(ArrivalTimes, AStepTakesNoTimeAndARampMayBeginSomewhere) {
  v1::Pace pace = AtRate(20);
  AddStage(pace, 20, absl::Seconds(10));
  AddStage(pace, 50, absl::ZeroDuration());
  AddStage(pace, 50, absl::Seconds(10));
  ArrivalTimes times(pace, Random(1));
  const std::vector<double> all = Until(times, 20);
  EXPECT_NEAR(CountBetween(all, 0, 10), 200, 1);
  EXPECT_NEAR(CountBetween(all, 10, 20), 500, 1);
}

TEST(ArrivalTimes, EndAtARateOfNothing) {
  v1::Pace pace = AtRate(10);
  AddStage(pace, 0, absl::Seconds(10));
  ArrivalTimes times(pace, Random(1));
  EXPECT_NEAR(Until(times, 1e6).size(), 50, 1);
  EXPECT_EQ(times.Next(), absl::InfiniteDuration());
}

TEST(ArrivalTimes, PoissonIsDrawnFromTheSeedWithTheRateAndTheScatterOfChance) {
  v1::Pace pace = AtRate(50);
  pace.set_poisson(true);
  ArrivalTimes one(pace, Random(7)), same(pace, Random(7)), other(pace, Random(8));
  const std::vector<double> all = Until(one, 2000);
  EXPECT_EQ(all, Until(same, 2000));
  EXPECT_NE(all, Until(other, 2000));
  EXPECT_NEAR(static_cast<double>(all.size()), 100'000, 4 * std::sqrt(100'000.0));
  // Counts a second: variance equals the mean.
  double sum = 0, squares = 0;
  for (int second = 0; second < 2000; ++second) {
    const auto n = static_cast<double>(std::lower_bound(all.begin(), all.end(), second + 1.0) -
                                       std::lower_bound(all.begin(), all.end(), static_cast<double>(second)));
    sum += n;
    squares += n * n;
  }
  const double mean = sum / 2000, variance = squares / 2000 - mean * mean;
  EXPECT_NEAR(variance / mean, 1, 0.15);
}

}  // namespace
}  // namespace seep::agent
