#include "coordinator/thresholds/operation_tallies.h"

#include <algorithm>
#include <array>

#include "common/os/files.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxOperations = 64;
constexpr std::size_t kMaxKinds = 32;
constexpr std::size_t kMaxName = 64;
constexpr std::array<std::string_view, 4> kFirst = {"iteration", "payment", "lifecycle", "reconnect"};

void AddCounts(const v1::LatencyHistogram& from, LatencyHistogram& to) {
  bool any = false;
  const int buckets = std::min(from.bucket_size(), from.count_size());
  for (int i = 0; i < buckets; ++i) any = to.AddCount(from.bucket(i), from.count(i)) || any;
  if (any) to.AddBounds(from.sum_us(), from.min_us(), from.max_us());
}

void SetCounts(const LatencyHistogram& from, v1::LatencyHistogram& to) {
  from.ForEach([&to](std::uint32_t bucket, std::uint64_t count) {
    to.add_bucket(bucket);
    to.add_count(count);
  });
  to.set_sum_us(from.sum_us());
  to.set_min_us(from.min_us());
  to.set_max_us(from.max_us());
}

void Write(const std::string& name, const OperationTally& tally, bool exact, double seconds, v1::OperationFigures& figures) {
  const LatencyHistogram& latency = tally.latency;
  figures.set_operation(name);
  figures.set_count(latency.count());
  figures.set_failed(tally.failed);
  figures.set_per_second(seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0);
  figures.set_mean_us(latency.MeanUs());
  figures.set_min_us(static_cast<double>(latency.min_us()));
  figures.set_p50_us(latency.PercentileUs(50));
  figures.set_p90_us(latency.PercentileUs(90));
  figures.set_p99_us(latency.PercentileUs(99));
  figures.set_p999_us(latency.PercentileUs(99.9));
  figures.set_max_us(static_cast<double>(latency.max_us()));
  figures.set_warm_up_count(tally.warm_up);
  std::vector<std::pair<std::string, std::uint64_t>> errors(tally.errors.begin(), tally.errors.end());
  std::stable_sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [kind, count] : errors) {
    v1::ErrorCount& error = *figures.add_errors();
    error.set_kind(kind);
    error.set_count(count);
  }
  if (exact) SetCounts(latency, *figures.mutable_latency());
}

}  // namespace

OperationTally& OperationTallies::TallyOf(const std::string& name) {
  const std::string shown = Printable(name.substr(0, kMaxName));
  const auto known = tallies_.find(shown);
  if (known != tallies_.end()) return known->second;
  return tallies_[tallies_.size() >= kMaxOperations ? "other" : shown];
}

void OperationTallies::AddErrors(const google::protobuf::RepeatedPtrField<v1::ErrorCount>& errors, OperationTally& tally) {
  for (const v1::ErrorCount& error : errors) {
    std::string kind = Printable(error.kind().substr(0, kMaxName));
    if (tally.errors.size() >= kMaxKinds && !tally.errors.contains(kind)) kind = "other";
    tally.errors[kind] += error.count();
    tally.failed += error.count();
  }
}

void OperationTallies::Add(const v1::OperationDelta& delta) {
  OperationTally& tally = TallyOf(delta.operation());
  if (delta.warm_up()) {
    for (const std::uint64_t count : delta.latency().count()) tally.warm_up += count;
    return;
  }
  AddCounts(delta.latency(), tally.latency);
  AddErrors(delta.errors(), tally);
}

void OperationTallies::Add(const v1::OperationFigures& figures) {
  if (!figures.has_latency()) return;
  OperationTally& tally = TallyOf(figures.operation());
  AddCounts(figures.latency(), tally.latency);
  AddErrors(figures.errors(), tally);
  tally.warm_up += figures.warm_up_count();
  if (figures.per_second() > 0) tally.seconds += static_cast<double>(figures.count()) / figures.per_second();
}

const OperationTally* OperationTallies::Find(std::string_view name) const {
  const auto found = tallies_.find(name);
  return found == tallies_.end() ? nullptr : &found->second;
}

void OperationTallies::WriteTo(Figures& figures, bool exact, double seconds) const {
  const auto write = [&](const std::string& name, const OperationTally& tally) {
    Write(name, tally, exact, seconds > 0 ? seconds : tally.seconds, *figures.Add());
  };
  for (const std::string_view first : kFirst) {
    if (const OperationTally* tally = Find(first)) write(std::string(first), *tally);
  }
  for (const auto& [name, tally] : tallies_) {
    if (std::find(kFirst.begin(), kFirst.end(), name) == kFirst.end()) write(name, tally);
  }
}

}  // namespace seep::coordinator
