#include "coordinator/thresholds/run_measures.h"

#include <algorithm>
#include <cmath>

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kMaxSeries = 4096;

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
  for (const v1::OperationDelta& delta : sample.operations()) operations_.Add(delta);
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

const RunMeasures::Series* RunMeasures::FindSeries(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? nullptr : &series_[found->second];
}

void RunMeasures::WriteTo(v1::RunVerdict& verdict, bool exact) const {
  operations_.WriteTo(*verdict.mutable_operations(), exact, soak_seconds());
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
