#include "common/histogram/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/os/random.h"

namespace seep {
namespace {

TEST(LatencyHistogram, BucketsFollowEachOtherWithoutHolesOrOverlap) {
  for (std::uint32_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket) {
    const std::uint64_t low = LatencyHistogram::LowestIn(bucket), high = LatencyHistogram::HighestIn(bucket);
    ASSERT_EQ(LatencyHistogram::BucketOf(low), bucket);
    ASSERT_EQ(LatencyHistogram::BucketOf(high), bucket);
    if (bucket > 0) {
      ASSERT_EQ(LatencyHistogram::HighestIn(bucket - 1) + 1, low);
    }
    ASSERT_LE(static_cast<double>(high - low), 0.001 * static_cast<double>(std::max<std::uint64_t>(low, 1)));
  }
  EXPECT_EQ(LatencyHistogram::BucketOf(UINT64_MAX), LatencyHistogram::kBuckets - 1);
}

// The numbers are on the wire and on disks: a change of the layout must break something.
TEST(LatencyHistogram, BucketNumbersAreThoseOfTheProtocol) {
  EXPECT_EQ(LatencyHistogram::BucketOf(0), 0u);
  EXPECT_EQ(LatencyHistogram::BucketOf(2047), 2047u);
  EXPECT_EQ(LatencyHistogram::BucketOf(2048), 2048u);
  EXPECT_EQ(LatencyHistogram::BucketOf(4096), 3072u);
  EXPECT_EQ(LatencyHistogram::BucketOf(1'000'000), 2048u + 8 * 1024 + 1'000'000 / 512 - 1024);
}

// Log-normal with a tail, as latencies are; compared with the sorted values.
TEST(LatencyHistogram, PercentilesAreWithinATenthOfAPercent) {
  Random random(5);
  std::vector<double> values;
  LatencyHistogram histogram;
  for (int i = 0; i < 100'000; ++i) {
    const double normal = std::sqrt(-2 * std::log(1 - random.Uniform())) * std::cos(6.283185307 * random.Uniform());
    const double us = std::floor(std::exp(8 + 1.5 * normal));
    values.push_back(us);
    histogram.Record(absl::Microseconds(us));
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const double exact = values[static_cast<std::size_t>(std::ceil(percent / 100 * 100'000 - 1e-6)) - 1];
    EXPECT_NEAR(histogram.PercentileUs(percent), exact, 0.001 * exact + 1e-9) << percent;
  }
  EXPECT_EQ(histogram.max_us(), static_cast<std::uint64_t>(values.back()));
  EXPECT_EQ(histogram.min_us(), static_cast<std::uint64_t>(values.front()));
  double sum = 0;
  for (const double value : values) sum += value;
  EXPECT_DOUBLE_EQ(histogram.MeanUs(), sum / 100'000);
}

TEST(LatencyHistogram, PartsAddUpToExactlyTheWhole) {
  Random random(11);
  LatencyHistogram whole, parts[3], sum;
  for (int i = 0; i < 30'000; ++i) {
    const absl::Duration latency = absl::Microseconds(random.Below(1ull << (1 + random.Below(34))));
    whole.Record(latency);
    parts[i % 3].Record(latency);
  }
  for (const LatencyHistogram& part : parts) sum.Add(part);
  EXPECT_TRUE(sum == whole);
  // As through the wire.
  LatencyHistogram sent;
  whole.ForEach([&](std::uint32_t bucket, std::uint64_t count) { EXPECT_TRUE(sent.AddCount(bucket, count)); });
  sent.AddBounds(whole.sum_us(), whole.min_us(), whole.max_us());
  EXPECT_TRUE(sent == whole);
}

TEST(LatencyHistogram, AStallOfHoursStaysTheMaximum) {
  LatencyHistogram histogram;
  histogram.Record(absl::Hours(100));
  histogram.Record(-absl::Seconds(1));
  EXPECT_EQ(histogram.max_us(), 360'000'000'000u);
  EXPECT_EQ(histogram.PercentileUs(100), 360e9);
  EXPECT_EQ(histogram.PercentileUs(50), 0);
}

TEST(LatencyHistogram, RefusesNonsenseFromElsewhere) {
  LatencyHistogram histogram;
  EXPECT_FALSE(histogram.AddCount(LatencyHistogram::kBuckets, 1));
  EXPECT_TRUE(histogram.AddCount(1, 1ull << 62));
  EXPECT_FALSE(histogram.AddCount(1, 1)) << "counts would overflow";
  histogram.AddBounds(UINT64_MAX, 0, 1);
  histogram.AddBounds(UINT64_MAX, 0, 1);
  EXPECT_EQ(histogram.sum_us(), UINT64_MAX);
}

TEST(LatencyHistogram, AnEmptyOneSaysZero) {
  const LatencyHistogram empty;
  EXPECT_EQ(empty.PercentileUs(99), 0);
  EXPECT_EQ(empty.MeanUs(), 0);
  EXPECT_EQ(empty.min_us(), 0u);
}

}  // namespace
}  // namespace seep
