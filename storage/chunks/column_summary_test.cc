#include "storage/chunks/column_summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "storage/chunks/testing/soak_figures.h"

namespace seep::storage {
namespace {

struct Line {
  long double n = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;
  double slope() const { return static_cast<double>(xy / xx); }
};

// In 80 bits, in two passes, from the first instant of all.
Line LineOf(const Chunk& chunk, std::size_t gauge) {
  const GaugeColumn& column = chunk.gauges[gauge];
  const auto x = [&](std::size_t i) { return static_cast<long double>(chunk.monotonic_us[column.rows[i]]) / 1e6L; };
  Line line;
  line.n = static_cast<long double>(column.values.size());
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    line.mean_x += x(i) / line.n;
    line.mean_y += static_cast<long double>(column.values[i]) / line.n;
  }
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    const long double dx = x(i) - line.mean_x, dy = static_cast<long double>(column.values[i]) - line.mean_y;
    line.xx += dx * dx;
    line.xy += dx * dy;
    line.yy += dy * dy;
  }
  return line;
}

// Rows [begin, end) of a chunk, as if they had been one.
Chunk Cut(const Chunk& chunk, std::size_t begin, std::size_t end) {
  const auto cut = [&](const auto& values) {
    return std::decay_t<decltype(values)>(values.begin() + static_cast<std::ptrdiff_t>(begin), values.begin() + static_cast<std::ptrdiff_t>(end));
  };
  Chunk part{cut(chunk.sequence), cut(chunk.monotonic_us), cut(chunk.wall_us), cut(chunk.generation), cut(chunk.phase), {}, {}};
  for (const GaugeColumn& column : chunk.gauges) {
    GaugeColumn& into = part.gauges.emplace_back(GaugeColumn{column.gauge, {}, {}});
    for (std::size_t i = 0; i < column.rows.size(); ++i) {
      if (column.rows[i] < begin || column.rows[i] >= end) continue;
      into.rows.push_back(static_cast<std::uint16_t>(column.rows[i] - begin));
      into.values.push_back(column.values[i]);
    }
  }
  return part;
}

TEST(ColumnSummaryTest, IsThatOfTheValues) {
  const Chunk chunk = testing::SoakChunk(1);
  const std::vector<ColumnSummary> summaries = Summarise(chunk);
  ASSERT_EQ(summaries.size(), chunk.gauges.size());
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    const ColumnSummary& summary = summaries[i];
    const std::vector<double>& values = chunk.gauges[i].values;
    const Line line = LineOf(chunk, i);
    EXPECT_EQ(summary.gauge, chunk.gauges[i].gauge);
    EXPECT_EQ(summary.n, values.size());
    EXPECT_EQ(summary.first_us, chunk.monotonic_us.front());
    EXPECT_EQ(summary.last_us, chunk.monotonic_us.back());
    EXPECT_EQ(summary.first, values.front());
    EXPECT_EQ(summary.last, values.back());
    EXPECT_EQ(summary.min, *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(summary.max, *std::max_element(values.begin(), values.end()));
    EXPECT_NEAR(summary.mean_y, static_cast<double>(line.mean_y), std::abs(static_cast<double>(line.mean_y)) * 1e-13);
    EXPECT_NEAR(SlopePerSecond(summary), line.slope(), std::abs(line.slope()) * 1e-9 + 1e-15);
  }
}

TEST(ColumnSummaryTest, PartsCombineIntoTheWholeInAnyOrder) {
  const Chunk chunk = testing::SoakChunk(2);
  const std::vector<ColumnSummary> whole = Summarise(chunk);
  std::mt19937_64 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::size_t> cuts = {0, chunk.count()};
    for (int i = 0; i < 6; ++i) cuts.push_back(1 + random() % (chunk.count() - 1));
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::vector<std::vector<ColumnSummary>> parts;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) parts.push_back(Summarise(Cut(chunk, cuts[i], cuts[i + 1])));
    std::shuffle(parts.begin(), parts.end(), random);
    for (std::size_t gauge = 0; gauge < whole.size(); ++gauge) {
      ColumnSummary combined = parts[0][gauge];
      for (std::size_t i = 1; i < parts.size(); ++i) Combine(parts[i][gauge], combined);
      const ColumnSummary& expected = whole[gauge];
      EXPECT_EQ(combined.n, expected.n);
      EXPECT_EQ(combined.min, expected.min);
      EXPECT_EQ(combined.max, expected.max);
      EXPECT_EQ(combined.first, expected.first);
      EXPECT_EQ(combined.last, expected.last);
      EXPECT_EQ(combined.first_us, expected.first_us);
      EXPECT_EQ(combined.last_us, expected.last_us);
      EXPECT_NEAR(combined.mean_x, expected.mean_x, 1e-9);
      EXPECT_NEAR(combined.sum_xx, expected.sum_xx, expected.sum_xx * 1e-11);
      EXPECT_NEAR(combined.sum_yy, expected.sum_yy, expected.sum_yy * 1e-9);
      const double scale = std::sqrt(expected.sum_yy / expected.sum_xx);
      EXPECT_NEAR(SlopePerSecond(combined), SlopePerSecond(expected), scale * 1e-9);
    }
  }
}

// A leak of 10 bytes a second on a gigabyte, over a million samples: sums about zero would have drowned it.
TEST(ColumnSummaryTest, FindsASmallSlopeOnALargeLevelAfterManyParts) {
  ColumnSummary total;
  for (int part = 0; part < 1000; ++part) {
    Chunk chunk;
    chunk.gauges.push_back({1, {}, {}});
    for (int i = 0; i < 1000; ++i) {
      const std::int64_t second = part * 1000 + i;
      chunk.sequence.push_back(static_cast<std::uint64_t>(second));
      chunk.monotonic_us.push_back(second * 1'000'000);
      chunk.wall_us.push_back(0);
      chunk.generation.push_back(1);
      chunk.phase.push_back(2);
      chunk.gauges[0].rows.push_back(static_cast<std::uint16_t>(i));
      chunk.gauges[0].values.push_back(1e9 + 10.0 * static_cast<double>(second) + (i % 2 == 0 ? 1e6 : -1e6));
    }
    Combine(Summarise(chunk)[0], total);
  }
  EXPECT_EQ(total.n, 1'000'000u);
  EXPECT_NEAR(SlopePerSecond(total), 10, 1e-4);  // the alternation itself tilts it by 6e-6
}

TEST(ColumnSummaryTest, EachGenerationIsItsOwn) {
  Chunk chunk = testing::SoakChunk(4, 100);
  for (std::size_t i = 0; i < 100; ++i) chunk.generation[i] = i < 30 ? 1 : i < 31 ? 2 : 5;
  const std::vector<ColumnSummary> summaries = Summarise(chunk);
  ASSERT_EQ(summaries.size(), 3 * chunk.gauges.size());
  EXPECT_EQ(summaries[0].generation, 1u);
  EXPECT_EQ(summaries[0].n, 30u);
  EXPECT_EQ(summaries[1].generation, 2u);
  EXPECT_EQ(summaries[1].n, 1u);
  EXPECT_EQ(SlopePerSecond(summaries[1]), 0);
  EXPECT_EQ(summaries[2].generation, 5u);
  EXPECT_EQ(summaries[2].n, 69u);
  EXPECT_EQ(summaries[2].first_us, chunk.monotonic_us[31]);
}

TEST(ColumnSummaryTest, WhatIsNotFiniteDoesNotCount) {
  Chunk chunk = testing::SoakChunk(5, 10);
  std::vector<double>& values = chunk.gauges[0].values;
  values.front() = std::numeric_limits<double>::quiet_NaN();
  values.back() = std::numeric_limits<double>::infinity();
  for (double& value : chunk.gauges[1].values) value = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ColumnSummary> summaries = Summarise(chunk);
  EXPECT_EQ(summaries[0].n, 8u);
  EXPECT_EQ(summaries[0].first, values[1]);
  EXPECT_EQ(summaries[0].first_us, chunk.monotonic_us[1]);
  EXPECT_EQ(summaries[0].last, values[8]);
  EXPECT_TRUE(std::isfinite(summaries[0].sum_xy));
  EXPECT_EQ(summaries[1].gauge, chunk.gauges[2].gauge) << "nothing finite, no summary";
}

// About its first value, the rest would be rounding.
TEST(ColumnSummaryTest, AFirstValueFarFromTheOthersSpoilsNothing) {
  Chunk chunk = testing::SoakChunk(8, 1000);
  std::vector<double>& values = chunk.gauges[0].values;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1e15 + static_cast<double>(i % 3);
  values[0] = 1e15 - 1e9;
  const ColumnSummary summary = Summarise(chunk)[0];
  const Line line = LineOf(chunk, 0);
  EXPECT_NEAR(summary.sum_yy, static_cast<double>(line.yy), static_cast<double>(line.yy) * 1e-9);
  EXPECT_NEAR(SlopePerSecond(summary), line.slope(), std::abs(line.slope()) * 1e-6);
}

TEST(ColumnSummaryTest, ValuesTooGreatToBeSquaredKeepTheirRange) {
  Chunk chunk = testing::SoakChunk(9, 10);
  chunk.gauges[0].values = {1e300, -1e300, 5, 1e300, 0, 0, 0, 0, 0, 7};
  const ColumnSummary summary = Summarise(chunk)[0];
  EXPECT_EQ(summary.n, 10u);
  EXPECT_EQ(summary.min, -1e300);
  EXPECT_EQ(summary.max, 1e300);
  EXPECT_EQ(summary.first, 1e300);
  EXPECT_EQ(summary.last, 7);
}

TEST(ColumnSummaryTest, NothingCombinesIntoNothingNew) {
  const ColumnSummary some = Summarise(testing::SoakChunk(6, 10))[0];
  ColumnSummary into = some;
  Combine(ColumnSummary{}, into);
  EXPECT_EQ(into.n, some.n);
  EXPECT_EQ(into.sum_xy, some.sum_xy);
  ColumnSummary empty;
  empty.gauge = 9;
  Combine(some, empty);
  EXPECT_EQ(empty.n, some.n);
  EXPECT_EQ(empty.gauge, 9u);
  EXPECT_EQ(SlopePerSecond(empty), SlopePerSecond(some));
}

TEST(ColumnSummaryTest, ALevelLineIsWhollyExplained) {
  Chunk chunk = testing::SoakChunk(7, 10);
  for (double& value : chunk.gauges[0].values) value = 5;
  for (std::size_t i = 0; i < 10; ++i) chunk.gauges[1].values[i] = 3 * static_cast<double>(chunk.monotonic_us[i]) / 1e6;
  const std::vector<ColumnSummary> summaries = Summarise(chunk);
  EXPECT_EQ(SlopePerSecond(summaries[0]), 0);
  EXPECT_EQ(RSquared(summaries[0]), 1);
  EXPECT_NEAR(SlopePerSecond(summaries[1]), 3, 1e-12);
  EXPECT_NEAR(RSquared(summaries[1]), 1, 1e-12);
}

}  // namespace
}  // namespace seep::storage
