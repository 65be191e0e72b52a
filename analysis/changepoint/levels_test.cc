#include "analysis/changepoint/levels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/changepoint/collections.h"

namespace seep::analysis {
namespace {

template <typename F>
Track Draw(int n, double step_s, F f) {
  Track track;
  std::mt19937 random(4);
  std::normal_distribution<> noise;
  for (int i = 0; i < n; ++i) {
    const double y = f(i * step_s, noise(random));
    track.t.push_back(i * step_s);
    track.low.push_back(y);
    track.mid.push_back(y);
    track.high.push_back(y);
    track.segment.push_back(0);
    track.born.push_back(0);
    track.load.push_back(std::nan(""));
    track.samples.push_back(1);
  }
  return track;
}

TEST(CollectionsTest, CountsASawtoothAndNoNoise) {
  const auto saw = FindCollections(Draw(1200, 1, [](double t, double e) { return 5e4 + 2e4 * std::fmod(t / 60, 1.0) + 50 * e; }));
  EXPECT_NEAR(static_cast<double>(saw.size()), 19, 1);
  EXPECT_TRUE(FindCollections(Draw(1200, 1, [](double, double e) { return 5e4 + 500 * e; })).empty());
}

TEST(LevelsTest, FloorsUnderASawtoothIgnoreItsTeeth) {
  const Track track = Draw(3600, 1, [](double t, double e) { return 5e4 + t * 0.85 + 2e4 * std::fmod(t / 61, 1.0) + 30 * e; });
  const LevelChoice choice = ChooseLevels(track, false, false);
  EXPECT_EQ(choice.levels.kind, LevelKind::kFloor);
  EXPECT_GE(choice.levels.collections, 50);
  ASSERT_GE(choice.levels.size(), 14u);
  const double rise = choice.levels.y.back() - choice.levels.y.front();
  EXPECT_NEAR(rise, 0.85 * choice.levels.span_s(), 0.2 * 0.85 * 3600);
}

TEST(LevelsTest, WhiteNoiseIsAveraged) {
  const LevelChoice choice = ChooseLevels(Draw(2000, 1, [](double, double e) { return 5e4 + 300 * e; }), false, false);
  EXPECT_NE(choice.levels.kind, LevelKind::kFloor);
  EXPECT_GE(choice.floors.size(), 8u) << "floors stand beside averaged levels";
}

TEST(LevelsTest, ASingleOutlierLevelIsDropped) {
  Levels levels;
  for (int i = 0; i < 20; ++i) {
    levels.t.push_back(i);
    levels.y.push_back(i == 9 ? 5000 : 1000 + i % 2);
    levels.segment.push_back(0);
    levels.born.push_back(0);
    levels.load.push_back(0);
  }
  DropOutliers(levels, false);
  EXPECT_EQ(levels.size(), 19u);
}

TEST(LongCyclesTest, FewBigFallsAreSeen) {
  std::vector<double> level;
  for (int i = 0; i < 40; ++i) level.push_back(1000 * (i % 13) + i % 3);
  EXPECT_EQ(CountLongCycles(level, std::vector<int>(40, 0)), 2);  // the last fall has nothing after it
  for (int i = 0; i < 40; ++i) level[i] = 100.0 * i;
  EXPECT_EQ(CountLongCycles(level, std::vector<int>(40, 0)), 0);
}

}  // namespace
}  // namespace seep::analysis
