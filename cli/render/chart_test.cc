#include "cli/render/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_split.h"

namespace seep::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Style Ascii(int columns) {
  Style style;
  style.ascii = true;
  style.columns = columns;
  return style;
}

std::vector<std::string> Lines(const std::string& text) { return absl::StrSplit(text, '\n', absl::SkipEmpty()); }

v1::SeriesVerdict Bytes(double per_minute) {
  v1::SeriesVerdict series;
  series.set_unit("bytes");
  series.mutable_slope_per_minute()->set_value(per_minute);
  series.set_warmup_end_s(std::numeric_limits<double>::quiet_NaN());
  series.set_onset_s(std::numeric_limits<double>::quiet_NaN());
  return series;
}

TEST(Chart, ALineGoesFromTheLowerLeftToTheUpperRight) {
  Chart chart;
  for (int i = 0; i < 3600; ++i) chart.Add(i, 1e6 + 1000.0 * i, 1);
  const auto lines = Lines(chart.Text(Bytes(60'000), Ascii(80)));
  ASSERT_EQ(lines.size(), Chart::kRows + 3u);
  EXPECT_THAT(lines.front(), HasSubstr("4.6MB |"));
  EXPECT_GT(lines.front().find_first_of("*#:"), 60u);
  EXPECT_LT(lines[Chart::kRows - 1].find_first_of("*#:", 12), 16u);
  EXPECT_THAT(lines[Chart::kRows + 1], HasSubstr("60 min"));
  EXPECT_THAT(lines.back(), HasSubstr("- trend"));
}

TEST(Chart, KeepsToTheTerminalsWidth) {
  Chart chart;
  for (int i = 0; i < 1'000'000; ++i) chart.Add(i, i % 1000, 1);
  for (int columns : {40, 80, 100, 300}) {
    for (const std::string& line : Lines(chart.Text(Bytes(0), Ascii(columns)))) EXPECT_LE(line.size(), static_cast<std::size_t>(columns)) << line;
  }
  for (const std::string& line : Lines(chart.Text(Bytes(0), Ascii(0)))) EXPECT_LE(line.size(), 80u) << "a pipe";
}

TEST(Chart, MarksWarmUpAndRestarts) {
  Chart chart;
  for (int i = 0; i < 600; ++i) chart.Add(i, 5, i < 300 ? 1 : 2);
  v1::SeriesVerdict series = Bytes(0);
  EXPECT_THAT(chart.Text(series, Ascii(80)), Not(HasSubstr("warm-up")));
  series.set_warmup_end_s(120);
  const std::string text = chart.Text(series, Ascii(80));
  EXPECT_THAT(text, HasSubstr("| restart"));
  EXPECT_THAT(text, HasSubstr("w warm-up over"));
  const auto lines = Lines(text);
  EXPECT_NEAR(static_cast<double>(lines[Chart::kRows].find('w')), 12 + 67 * 0.2, 1.5);
}

TEST(Chart, NothingAndOneValue) {
  Chart chart;
  chart.Add(0, std::numeric_limits<double>::quiet_NaN(), 1);
  EXPECT_EQ(chart.Text(Bytes(0), Ascii(80)), "");
  chart.Add(0, 7, 1);
  EXPECT_THAT(chart.Text(Bytes(0), Ascii(80)), HasSubstr("*"));
  for (char c : chart.Text(Bytes(0), Ascii(80))) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

}  // namespace
}  // namespace seep::cli
