#include "analysis/series/run_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/series/track.h"

namespace seep::analysis {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

TEST(RunSummaryTest, KeepsEverySampleWhileThereIsRoom) {
  RunSummary summary;
  summary.AddSeries();
  for (int i = 0; i < 1000; ++i) {
    const double values[] = {i % 10 == 3 ? kAbsent : 100.0 + i};
    summary.AddRow(i, 0, RowUse::kFit, values, {}, kAbsent);
  }
  summary.CloseOpenCell();
  EXPECT_EQ(summary.cell_width(), 1u);
  EXPECT_EQ(summary.totals(0).samples, 900u);
  const Track track = ExtractTrack(summary, 0, 1, {});
  ASSERT_EQ(track.size(), 900u);
  EXPECT_EQ(track.mid[0], 100);
  EXPECT_EQ(track.mid[899], 1099);
}

TEST(RunSummaryTest, MergedCellsKeepLowestMeanHighestAndTotals) {
  RunSummary summary;
  summary.AddSeries();
  summary.AddSeries();  // two neighbours go through the paired fold
  summary.AddOperation();
  std::mt19937 random(3);
  double lowest = 1e18, highest = -1e18, sum = 0;
  const int n = 50000;
  for (int i = 0; i < n; ++i) {
    const double v = 1e6 + static_cast<double>(random() % 100000);
    lowest = std::min(lowest, v);
    highest = std::max(highest, v);
    sum += v;
    const double values[] = {v, 7}, operations[] = {2.0 * i};
    summary.AddRow(i, i / 20000, RowUse::kFit, values, operations, 3);
  }
  summary.CloseOpenCell();
  EXPECT_LE(summary.time_cells().size(), kMaxCells);
  EXPECT_EQ(summary.totals(0).min, lowest);
  EXPECT_EQ(summary.totals(0).max, highest);
  double cells_low = 1e18, weighted = 0, count = 0;
  for (const SeriesCell& cell : summary.cells(0)) {
    cells_low = std::min(cells_low, static_cast<double>(cell.low));
    EXPECT_GE(cell.second_low, cell.low);
    weighted += static_cast<double>(cell.mean) * cell.count;
    count += cell.count;
  }
  EXPECT_EQ(count, n);
  EXPECT_NEAR(summary.totals(0).first + cells_low, lowest, 1);
  EXPECT_NEAR(summary.totals(0).first + weighted / count, sum / n, 1);
  for (const SeriesCell& cell : summary.cells(1)) EXPECT_EQ(cell.high, 0);
  for (std::size_t i = 1; i < summary.time_cells().size(); ++i) {
    EXPECT_LE(summary.time_cells()[i - 1].segment, summary.time_cells()[i].segment);
  }
}

TEST(RunSummaryTest, ACounterThatBeginsAgainKeepsCounting) {
  RunSummary summary;
  summary.AddSeries();
  summary.AddOperation();
  const double values[] = {1};
  for (double count : {5.0, 10.0, 2.0, 4.0}) {
    const double operations[] = {count};
    summary.AddRow(count, 0, RowUse::kFit, values, operations, kAbsent);
  }
  EXPECT_EQ(summary.operation_total(0), 14);
}

TEST(RunSummaryTest, SeriesMayAppearLate) {
  RunSummary summary;
  summary.AddSeries();
  for (int i = 0; i < 100; ++i) {
    const double values[] = {1};
    summary.AddRow(i, 0, RowUse::kFit, values, {}, kAbsent);
  }
  const int late = summary.AddSeries();
  for (int i = 100; i < 200; ++i) {
    const double values[] = {1, 5};
    summary.AddRow(i, 0, RowUse::kFit, values, {}, kAbsent);
  }
  summary.CloseOpenCell();
  const Track track = ExtractTrack(summary, late, 1, {});
  ASSERT_EQ(track.size(), 100u);
  EXPECT_EQ(track.t.front(), 100);
}

TEST(TrackTest, LeavesOutFaultsAndShowOnlyRowsAndGlitches) {
  RunSummary summary;
  summary.AddSeries();
  for (int i = 0; i < 100; ++i) {
    const double values[] = {i == 50 ? 10.0 : 1000.0 + i % 3};
    summary.AddRow(i, 0, i < 10 ? RowUse::kShowOnly : RowUse::kFit, values, {}, kAbsent);
  }
  summary.CloseOpenCell();
  Track track = ExtractTrack(summary, 0, 1, {{20, 29.5}});
  EXPECT_EQ(track.size(), 80u);
  DropGlitches(track);
  EXPECT_EQ(track.size(), 79u);
}

}  // namespace
}  // namespace seep::analysis
