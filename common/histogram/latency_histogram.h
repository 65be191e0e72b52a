// How long things took, in log-linear buckets as HdrHistogram has them: any
// percentile within 0.1 %, and the histograms of two parts added are exactly
// the histogram of the whole.
//
// Buckets: microseconds below 2,048 have one each; every doubling above is cut
//          into 1,024. Bucket numbers are part of the network protocol
//          (latency.proto) and of what is stored: they never change.
// Threads: one at a time.
// Bounds:  longer than kMaxUs counts in the last bucket (its sum and maximum
//          stay exact); at most 27,648 buckets, 220 KB, touched blocks only.
#ifndef SEEP_COMMON_HISTOGRAM_LATENCY_HISTOGRAM_H_
#define SEEP_COMMON_HISTOGRAM_LATENCY_HISTOGRAM_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>

#include "absl/time/time.h"

namespace seep {

class LatencyHistogram {
 public:
  static constexpr std::uint32_t kPerDoubling = 1024;
  static constexpr int kDoublings = 25;
  static constexpr std::uint32_t kBuckets = 2 * kPerDoubling + kDoublings * kPerDoubling;
  static constexpr std::uint64_t kMaxUs = (std::uint64_t{1} << 36) - 1;  // 19 hours

  static std::uint32_t BucketOf(std::uint64_t us);
  // The shortest and the longest that fall into a bucket below kBuckets.
  static std::uint64_t LowestIn(std::uint32_t bucket);
  static std::uint64_t HighestIn(std::uint32_t bucket);

  void Record(absl::Duration latency);  // negative counts as none
  void Add(const LatencyHistogram& other);
  // Counts from elsewhere, then once their Bounds. False, and nothing changed:
  // no such bucket, or more than 2^62 in all.
  bool AddCount(std::uint32_t bucket, std::uint64_t count);
  void AddBounds(std::uint64_t sum_us, std::uint64_t min_us, std::uint64_t max_us);
  void Clear() { *this = LatencyHistogram(); }

  std::uint64_t count() const { return count_; }
  std::uint64_t sum_us() const { return sum_us_; }
  std::uint64_t min_us() const { return count_ == 0 ? 0 : min_us_; }
  std::uint64_t max_us() const { return max_us_; }
  double MeanUs() const;  // 0 when empty
  // So long that at least `percent` of all took no longer; 0 when empty.
  // `percent` in (0, 100].
  double PercentileUs(double percent) const;

  // In ascending order, those that are not zero.
  void ForEach(const std::function<void(std::uint32_t bucket, std::uint64_t count)>& take) const;

  bool operator==(const LatencyHistogram&) const = default;

 private:
  static constexpr std::uint32_t kBlock = 64;  // latencies cluster: most blocks are never touched
  std::map<std::uint32_t, std::array<std::uint64_t, kBlock>> blocks_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_us_ = 0;
  std::uint64_t min_us_ = UINT64_MAX;
  std::uint64_t max_us_ = 0;
};

}  // namespace seep

#endif  // SEEP_COMMON_HISTOGRAM_LATENCY_HISTOGRAM_H_
