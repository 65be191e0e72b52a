#include "coordinator/thresholds/run_measures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/os/files.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kMaxSeries = 4096;
constexpr std::size_t kMaxOperations = 64;
constexpr std::size_t kMaxKinds = 32;
constexpr std::size_t kMaxName = 64;
// What people ask for first; the SDK's calls follow by name.
constexpr std::array<std::string_view, 4> kFirst = {"iteration", "payment", "lifecycle", "reconnect"};

v1::OperationFigures FiguresOf(const std::string& name, const RunMeasures::Operation& operation, double seconds) {
  v1::OperationFigures figures;
  const LatencyHistogram& latency = operation.latency;
  figures.set_operation(name);
  figures.set_count(latency.count());
  figures.set_failed(operation.failed);
  figures.set_per_second(seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0);
  figures.set_mean_us(latency.MeanUs());
  figures.set_min_us(static_cast<double>(latency.min_us()));
  figures.set_p50_us(latency.PercentileUs(50));
  figures.set_p90_us(latency.PercentileUs(90));
  figures.set_p99_us(latency.PercentileUs(99));
  figures.set_p999_us(latency.PercentileUs(99.9));
  figures.set_max_us(static_cast<double>(latency.max_us()));
  figures.set_warm_up_count(operation.warm_up);
  std::vector<std::pair<std::string, std::uint64_t>> errors(operation.errors.begin(), operation.errors.end());
  std::stable_sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [kind, count] : errors) {
    v1::ErrorCount& error = *figures.add_errors();
    error.set_kind(kind);
    error.set_count(count);
  }
  return figures;
}

}  // namespace

void RunMeasures::Define(const v1::GaugeDefinition& definition) {
  if (definition.id() >= kMaxSeries) return;
  if (series_.size() <= definition.id()) series_.resize(definition.id() + 1);
  Series& series = series_[definition.id()];
  if (!series.name.empty()) return;
  series.name = definition.name();
  series.unit = definition.unit();
  series.counter = definition.kind() == v1::GAUGE_KIND_COUNTER;
  ids_.emplace(series.name, definition.id());
}

void RunMeasures::Add(const v1::Sample& sample) {
  for (const v1::OperationDelta& delta : sample.operations()) AddOperation(delta);
  const double t_s = static_cast<double>(sample.monotonic_us()) / 1e6;
  // A second stream may repeat a stretch of time: its operations are new, its levels are not.
  if (t_s < now_s_ || sample.generation() < generation_) return;
  now_s_ = t_s;
  const v1::Phase phase = sample.phase();
  if (sample.generation() != generation_) {
    generation_ = sample.generation();
    for (Series& series : series_) series.before = series.after = std::nullopt;
  }
  const bool soak_begins = phase == v1::PHASE_SOAK && !soak_begin_s_;
  const int known = std::min(sample.gauge_size(), sample.value_size());
  for (int i = 0; i < known; ++i) {
    if (sample.gauge(i) < series_.size() && std::isfinite(sample.value(i))) AddValue(series_[sample.gauge(i)], sample.value(i), phase);
  }
  if (soak_begins) {
    soak_begin_s_ = t_s;
    for (Series& series : series_) series.at_soak_begin = series.total;
  }
  if (phase == v1::PHASE_SOAK) soak_end_s_ = t_s;
}

void RunMeasures::AddValue(Series& series, double value, v1::Phase phase) {
  if (series.counter) {
    if (value < series.latest) series.base += series.latest;
    series.latest = value;
    series.total = series.base + value;
    return;
  }
  if (phase == v1::PHASE_BASELINE) series.before = value;
  if (phase == v1::PHASE_TEARDOWN) series.after = value;
  if (phase != v1::PHASE_SOAK && phase != v1::PHASE_COOL_DOWN) return;
  series.min = series.n == 0 ? value : std::min(series.min, value);
  series.max = series.n == 0 ? value : std::max(series.max, value);
  series.sum += value;
  series.last = value;
  ++series.n;
}

void RunMeasures::AddOperation(const v1::OperationDelta& delta) {
  std::string name = Printable(delta.operation().substr(0, kMaxName));
  if (operations_.size() >= kMaxOperations && operations_.find(name) == operations_.end()) name = "other";
  Operation& operation = operations_[name];
  const v1::LatencyHistogram& latency = delta.latency();
  const int buckets = std::min(latency.bucket_size(), latency.count_size());
  if (delta.warm_up()) {
    for (int i = 0; i < buckets; ++i) operation.warm_up += latency.count(i);
    return;
  }
  bool any = false;
  for (int i = 0; i < buckets; ++i) any = operation.latency.AddCount(latency.bucket(i), latency.count(i)) || any;
  if (any) operation.latency.AddBounds(latency.sum_us(), latency.min_us(), latency.max_us());
  for (const v1::ErrorCount& error : delta.errors()) {
    std::string kind = Printable(error.kind().substr(0, kMaxName));
    if (operation.errors.size() >= kMaxKinds && !operation.errors.contains(kind)) kind = "other";
    operation.errors[kind] += error.count();
    operation.failed += error.count();
  }
}

const RunMeasures::Series* RunMeasures::FindSeries(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? nullptr : &series_[found->second];
}

const RunMeasures::Operation* RunMeasures::FindOperation(std::string_view name) const {
  const auto found = operations_.find(name);
  return found == operations_.end() ? nullptr : &found->second;
}

void RunMeasures::WriteOperations(v1::RunVerdict& verdict) const {
  const auto write = [&](const std::string& name, const Operation& operation) {
    *verdict.add_operations() = FiguresOf(name, operation, soak_seconds());
  };
  for (const std::string_view first : kFirst) {
    if (const Operation* operation = FindOperation(first)) write(std::string(first), *operation);
  }
  for (const auto& [name, operation] : operations_) {
    if (std::find(kFirst.begin(), kFirst.end(), name) == kFirst.end()) write(name, operation);
  }
}

void RunMeasures::WriteTo(v1::RunVerdict& verdict) const {
  WriteOperations(verdict);
  for (const Series& series : series_) {
    if (!series.before || !series.after) continue;
    v1::Residual& residual = *verdict.add_residuals();
    residual.set_series(series.name);
    residual.set_unit(series.unit);
    residual.set_before(*series.before);
    residual.set_after(*series.after);
    residual.set_kept(*series.after - *series.before);
  }
  if (const Series* dropped = FindSeries("dropped_iterations")) {
    verdict.set_dropped_iterations(static_cast<std::uint64_t>(std::max(dropped->total, 0.0)));
  }
}

}  // namespace seep::coordinator
