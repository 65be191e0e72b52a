#include "agent/latency/operation_times.h"

#include "absl/strings/ascii.h"

namespace seep::agent {
namespace {
constexpr std::size_t kMaxNameLength = 48;
}

std::string PlainName(std::string_view name) {
  std::string plain;
  for (const char c : name.substr(0, kMaxNameLength)) {
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    plain += absl::ascii_isalnum(static_cast<unsigned char>(lower)) || lower == '.' ? lower : '_';
  }
  return plain.empty() ? "unknown" : plain;
}

void OperationTimes::Entry::CountError(std::string kind, std::uint64_t count) {
  if (!errors.contains(kind) && errors.size() >= kMaxKinds) kind = "other";
  errors[kind] += count;
}

std::string OperationTimes::Known(std::string name) {
  if (names_.find(name) == names_.end()) {
    if (names_.size() >= kMaxOperations) name = "other";
    names_.emplace(name, names_.size());
  }
  return name;
}

void OperationTimes::Record(std::string_view operation, absl::Duration latency, std::string_view error) {
  Entry& entry = pending_[{Known(PlainName(operation)), warm_up_}];
  entry.latency.Record(latency);
  if (!error.empty()) entry.CountError(PlainName(error), 1);
}

void OperationTimes::TakeFrom(OperationTimes& other) {
  for (const auto& [key, taken] : other.pending_) {
    Entry& entry = pending_[{Known(key.first), key.second}];
    entry.latency.Add(taken.latency);
    for (const auto& [kind, count] : taken.errors) entry.CountError(kind, count);
  }
  other.pending_.clear();
}

void OperationTimes::WriteTo(v1::Sample& sample) const {
  for (const auto& [key, entry] : pending_) {
    v1::OperationDelta& delta = *sample.add_operations();
    delta.set_operation(key.first);
    delta.set_warm_up(key.second);
    v1::LatencyHistogram& latency = *delta.mutable_latency();
    entry.latency.ForEach([&latency](std::uint32_t bucket, std::uint64_t count) {
      latency.add_bucket(bucket);
      latency.add_count(count);
    });
    latency.set_sum_us(entry.latency.sum_us());
    latency.set_min_us(entry.latency.min_us());
    latency.set_max_us(entry.latency.max_us());
    for (const auto& [kind, count] : entry.errors) {
      v1::ErrorCount& error = *delta.add_errors();
      error.set_kind(kind);
      error.set_count(count);
    }
  }
}

}  // namespace seep::agent
