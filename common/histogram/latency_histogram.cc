#include "common/histogram/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace seep {
namespace {

constexpr std::uint32_t kLinear = 2 * LatencyHistogram::kPerDoubling;
constexpr int kLinearBits = std::bit_width(kLinear - 1);
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 62;

}  // namespace

std::uint32_t LatencyHistogram::BucketOf(std::uint64_t us) {
  us = std::min(us, kMaxUs);
  if (us < kLinear) return static_cast<std::uint32_t>(us);
  const int shift = std::bit_width(us) - kLinearBits;
  const auto within = static_cast<std::uint32_t>(us >> shift) - kPerDoubling;
  return kLinear + static_cast<std::uint32_t>(shift - 1) * kPerDoubling + within;
}

std::uint64_t LatencyHistogram::LowestIn(std::uint32_t bucket) {
  if (bucket < kLinear) return bucket;
  const std::uint32_t above = bucket - kLinear;
  const std::uint32_t shift = above / kPerDoubling + 1;
  return (std::uint64_t{above % kPerDoubling} + kPerDoubling) << shift;
}

std::uint64_t LatencyHistogram::HighestIn(std::uint32_t bucket) {
  return bucket + 1 >= kBuckets ? kMaxUs : LowestIn(bucket + 1) - 1;
}

void LatencyHistogram::Record(absl::Duration latency) {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(absl::ToInt64Microseconds(latency), 0));
  if (AddCount(BucketOf(us), 1)) AddBounds(us, us, us);
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  if (other.count_ == 0) return;
  other.ForEach([this](std::uint32_t bucket, std::uint64_t count) { AddCount(bucket, count); });
  AddBounds(other.sum_us_, other.min_us_, other.max_us_);
}

bool LatencyHistogram::AddCount(std::uint32_t bucket, std::uint64_t count) {
  if (bucket >= kBuckets || count > kMaxCount - count_) return false;
  if (count == 0) return true;
  const auto block = blocks_.try_emplace(bucket / kBlock).first;
  block->second[bucket % kBlock] += count;
  count_ += count;
  return true;
}

void LatencyHistogram::AddBounds(std::uint64_t sum_us, std::uint64_t min_us, std::uint64_t max_us) {
  sum_us_ = sum_us > UINT64_MAX - sum_us_ ? UINT64_MAX : sum_us_ + sum_us;
  min_us_ = std::min(min_us_, min_us);
  max_us_ = std::max(max_us_, max_us);
}

double LatencyHistogram::MeanUs() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_us_) / static_cast<double>(count_);
}

double LatencyHistogram::PercentileUs(double percent) const {
  if (count_ == 0) return 0;
  // The slack keeps 99.9 % of 1,000 at 999 although 0.999 has no exact double.
  const double exact = percent / 100 * static_cast<double>(count_);
  const double rank = std::clamp(std::ceil(exact - 1e-9 * exact), 1.0, static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (const auto& [number, block] : blocks_) {
    for (std::uint32_t i = 0; i < kBlock; ++i) {
      seen += block[i];
      if (static_cast<double>(seen) < rank) continue;
      // The last bucket has no end of its own: what lies there is the maximum.
      const std::uint32_t bucket = number * kBlock + i;
      if (bucket + 1 == kBuckets) return static_cast<double>(max_us_);
      return static_cast<double>(std::clamp(HighestIn(bucket), min_us_, max_us_));
    }
  }
  return static_cast<double>(max_us_);
}

void LatencyHistogram::ForEach(const std::function<void(std::uint32_t, std::uint64_t)>& take) const {
  for (const auto& [number, block] : blocks_) {
    for (std::uint32_t i = 0; i < kBlock; ++i) {
      if (block[i] > 0) take(number * kBlock + i, block[i]);
    }
  }
}

}  // namespace seep
