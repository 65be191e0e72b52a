#include "cli/render/quantities.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace seep::cli {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

v1::Estimate Estimate(double value, double low, double high) {
  v1::Estimate estimate;
  estimate.set_value(value);
  estimate.set_low(low);
  estimate.set_high(high);
  return estimate;
}

TEST(FormatBytes, ReadsAsTheSeedsPrint) {
  EXPECT_EQ(FormatBytes(61.9e6), "61.9MB");
  EXPECT_EQ(FormatBytes(45e6, 2), "45.00MB");
  EXPECT_EQ(FormatBytes(4400), "4.4KB");
  EXPECT_EQ(FormatBytes(512), "512B");
  EXPECT_EQ(FormatBytes(0), "0B");
  EXPECT_EQ(FormatBytes(999'960), "1.0MB");
  EXPECT_EQ(FormatBytes(-1.1e6), "-1.1MB");
  EXPECT_EQ(FormatBytes(kNaN), "-");
}

TEST(FormatChange, HasASignAndThreeDigits) {
  EXPECT_EQ(FormatChange(1.3e6, "bytes"), "+1.30MB");
  EXPECT_EQ(FormatChange(12.34e6, "bytes"), "+12.3MB");
  EXPECT_EQ(FormatChange(-250e3, "bytes"), "-250KB");
  EXPECT_EQ(FormatChange(0.2, "bytes"), "0");
  EXPECT_EQ(FormatChange(0, "count"), "0");
  EXPECT_EQ(FormatChange(0.034, "count"), "+0.034");
  EXPECT_EQ(FormatChange(-2, "count"), "-2");
  EXPECT_EQ(FormatChange(kNaN, "count"), "-");
}

TEST(FormatInterval, KeepsTheUnitOfItsSlope) {
  EXPECT_EQ(FormatInterval(Estimate(1.3e6, 1.27e6, 1.33e6), "bytes"), "[+1.27,+1.33]");
  EXPECT_EQ(FormatInterval(Estimate(0, -2000, 3000), "bytes"), "[-2.00,+3.00]KB");
  EXPECT_EQ(FormatInterval(Estimate(1, 0.99, 1.01), "count"), "[+0.99,+1.01]");
  EXPECT_EQ(FormatInterval(Estimate(0, -0.2, 0.2), "bytes"), "[0,0]");
  EXPECT_EQ(FormatInterval(Estimate(-984, -102'283, 96'641), "bytes"), "[-102,+97]KB");
  EXPECT_EQ(FormatInterval(Estimate(1, kNaN, kNaN), "count"), "-");
}

TEST(FormatNumber, DropsWhatSaysNothing) {
  EXPECT_EQ(FormatNumber(18), "18");
  EXPECT_EQ(FormatNumber(0.94), "0.94");
  EXPECT_EQ(FormatNumber(1300.4), "1300");
  EXPECT_EQ(FormatNumber(1.0), "1");
  EXPECT_EQ(FormatNumber(0.00123), "0.00123");
  EXPECT_EQ(FormatNumber(std::numeric_limits<double>::infinity()), "-");
}

TEST(FormatClock, GoesOnPastADay) {
  EXPECT_EQ(FormatClock(0), "00:00:00");
  EXPECT_EQ(FormatClock(61'999'999), "00:01:01");
  EXPECT_EQ(FormatClock(100LL * 3600 * 1'000'000), "100:00:00");
  EXPECT_EQ(FormatClock(-5), "00:00:00");
}

TEST(FormatRfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(FormatRfc3339(1767225600'250'000), "2026-01-01T00:00:00.250Z");
  EXPECT_EQ(FormatRfc3339(0), "");
}

TEST(EnumWord, DropsThePrefix) {
  EXPECT_EQ(EnumWord("RUN_STATE_FINISHED"), "finished");
  EXPECT_EQ(EnumWord("FAULT_KIND_KILL"), "kill");
  EXPECT_EQ(EnumWord("VERDICT_LEAK"), "LEAK");
  EXPECT_EQ(EnumWord("PHASE_WARM_UP"), "warm_up");
}

}  // namespace
}  // namespace seep::cli
