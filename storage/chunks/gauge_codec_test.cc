#include "storage/chunks/gauge_codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

namespace seep::storage {
namespace {

constexpr std::size_t kCount = 1000;

GaugeColumn Everywhere(const std::function<double(int)>& value) {
  GaugeColumn column{7, {}, std::vector<std::uint16_t>(kCount)};
  std::iota(column.rows.begin(), column.rows.end(), std::uint16_t{0});
  for (int i = 0; i < static_cast<int>(kCount); ++i) column.values.push_back(value(i));
  return column;
}

// Its bytes, after they have been seen to give every bit back.
std::string RoundTrip(const GaugeColumn& column, std::size_t count = kCount) {
  std::string bytes;
  EncodeGauge(column, count, bytes);
  GaugeColumn back;
  EXPECT_TRUE(DecodeGauge(bytes, count, back));
  EXPECT_EQ(back.rows, column.rows);
  EXPECT_EQ(back.values.size(), column.values.size());
  for (std::size_t i = 0; i < std::min(back.values.size(), column.values.size()); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back.values[i]), std::bit_cast<std::uint64_t>(column.values[i])) << i;
  }
  return bytes;
}

TEST(GaugeCodecTest, WholeNumbersTakeAFewBits) {
  std::mt19937_64 random(1);
  EXPECT_LE(RoundTrip(Everywhere([&](int) { return static_cast<double>(random() % 256) * 4096; })).size(), kCount + 40);
  EXPECT_LE(RoundTrip(Everywhere([](int) { return 14; })).size(), 8u);
}

TEST(GaugeCodecTest, DecimalsTakeAFewBits) {
  std::mt19937_64 random(2);
  for (const double power : {10.0, 100.0, 1000.0, 1e6}) {
    EXPECT_LE(RoundTrip(Everywhere([&](int) { return static_cast<double>(random() % 256) / power; })).size(), kCount + 50) << power;
  }
}

TEST(GaugeCodecTest, AFewRealsThatComeBackAgainTakeAFewBits) {
  std::mt19937_64 random(3);
  const auto bytes = RoundTrip(Everywhere([&](int) { return 1.0 / static_cast<double>(3 + random() % 14); }));
  EXPECT_LE(bytes.size(), kCount / 2 + 200);  // four bits each, and the sixteen reals
}

TEST(GaugeCodecTest, OddOnesAmongWholeNumbersDoNotSpoilThem) {
  std::mt19937_64 random(4);
  const auto bytes = RoundTrip(Everywhere([&](int i) {
    if (i % 100 == 3) return std::numeric_limits<double>::quiet_NaN();
    if (i % 100 == 4) return -0.0;
    return static_cast<double>(random() % 256);
  }));
  EXPECT_LE(bytes.size(), kCount + 20 * 10 + 40);
}

TEST(GaugeCodecTest, NoiseCostsNoMoreThanItsBits) {
  std::mt19937_64 random(5);
  EXPECT_LE(RoundTrip(Everywhere([&](int) { return std::bit_cast<double>(random()); })).size(), kCount * 8 + 100);
}

TEST(GaugeCodecTest, WholeNumbersUpToTheLastComeBack) {
  const std::vector<double> edges = {0x1p53, 0x1p53 + 2, -0x1p53, 0x1p62, 0x1p63, -0x1p63, 0x1.fffffffffffffp62, 0x1p64, 0, -0.0, 1e22};
  for (const double edge : edges) RoundTrip(Everywhere([edge](int i) { return i % 50 == 0 ? edge : i; }));
  RoundTrip(Everywhere([&](int i) { return edges[static_cast<std::size_t>(i) % edges.size()]; }));
}

TEST(GaugeCodecTest, AnyPresenceComesBack) {
  std::mt19937_64 random(6);
  const auto keep = [](const std::function<bool(int)>& present) {
    GaugeColumn column{7, {}, {}};
    for (int i = 0; i < static_cast<int>(kCount); ++i) {
      if (!present(i)) continue;
      column.rows.push_back(static_cast<std::uint16_t>(i));
      column.values.push_back(i);
    }
    return column;
  };
  RoundTrip(keep([&](int) { return random() % 2 == 0; }));
  RoundTrip(keep([](int) { return false; }));
  EXPECT_LE(RoundTrip(keep([](int i) { return i % 10 == 0; })).size(), 30u);  // a tier that is read now and then
  EXPECT_LE(RoundTrip(keep([](int i) { return i != 500; })).size(), 60u);     // one read failed
}

TEST(GaugeCodecTest, RefusesTagsAndIndexesThatAreNone) {
  GaugeColumn back;
  const std::vector<std::string> bad = {
      std::string("\x04\1\0\0\0\0\0", 7),                      // presence 4
      std::string("\0\3\0\0\0", 5),                            // values 3
      std::string("\0\1\x0a\0\0\0\0", 7),                      // exponent 10
      std::string("\0\1\0\2\0\0\0\0", 8),                      // more exceptions than values
      std::string("\0\1\0\1\1\0\0\0\0\0\0\0\0\0\0\0\0", 17),   // an exception behind the last value
      std::string("\0\2\1\0\0\0\0\2\0", 9),                    // an index behind the dictionary
      std::string("\1\2\1\0\0\0\0", 7),                        // a bit behind the last sample
      std::string("\2\1\0\4\0\1\0\0\0\0", 10),                 // a row behind the last sample
      std::string("\0\1\0\0\0\0\0\0", 8),                      // a byte left over
  };
  for (const std::string& bytes : bad) EXPECT_FALSE(DecodeGauge(bytes, 1, back)) << ::testing::PrintToString(bytes);
  EXPECT_TRUE(DecodeGauge(std::string("\0\1\0\0\0\0\0", 7), 1, back));
}

}  // namespace
}  // namespace seep::storage
