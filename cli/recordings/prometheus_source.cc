#include "cli/recordings/prometheus_source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/recordings/prometheus_matrix.h"
#include "cli/recordings/prometheus_names.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr char kStartTime[] = "process_start_time_seconds";
// What tells one target from another; other labels tell its series apart.
constexpr const char* kTargetLabels[] = {"job", "instance", "namespace", "pod", "container"};

struct Mapping {
  std::map<std::string, std::string> gauges;  // by metric
  std::set<std::string> operations;           // metrics
};

absl::StatusOr<Mapping> MappingOf(const std::string& column_map) {
  Mapping mapping;
  for (const absl::string_view entry : absl::StrSplit(column_map, ',', absl::SkipWhitespace())) {
    const std::pair<std::string, std::string> sides = absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (sides.first.empty() || sides.second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("--map: '", Printable(std::string(entry)), "' is not WHAT=METRIC, such as rss=container_memory_rss"));
    }
    std::string what = sides.first;
    if (what.starts_with("ops.")) mapping.operations.insert(sides.second);
    for (const char* prefix : {"ops.", "gauge."}) {
      if (what.starts_with(prefix)) what = what.substr(std::string(prefix).size());
    }
    mapping.gauges[sides.second] = GaugeNameOf(what);
  }
  return mapping;
}

struct Gauge {
  v1::GaugeDefinition definition;
  const PrometheusSeries* series = nullptr;
  std::size_t next = 0;  // point
  double last = 0;       // of a counter
};

struct Target {
  std::map<std::string, std::string> labels;
  std::vector<Gauge> gauges;
  const PrometheusSeries* starts = nullptr;  // when the process began
  std::size_t next_start = 0;
  std::optional<double> started;
  std::set<std::string> names;
};

std::map<std::string, std::string> TargetLabels(const PrometheusSeries& series) {
  std::map<std::string, std::string> labels;
  for (const char* label : kTargetLabels) {
    const auto found = series.labels.find(label);
    if (found != series.labels.end()) labels[label] = found->second;
  }
  return labels;
}

// Several series of one metric are told apart by their other labels.
std::string Distinct(const std::string& gauge, const PrometheusSeries& series) {
  std::string name = gauge;
  for (const auto& [label, value] : series.labels) {
    const bool common = label == "__name__" || std::find(std::begin(kTargetLabels), std::end(kTargetLabels), label) != std::end(kTargetLabels);
    if (!common && !value.empty()) absl::StrAppend(&name, ".", value);
  }
  return GaugeNameOf(name);
}

class Targets {
 public:
  Targets(const std::string& name, const Mapping& mapping) : name_(name), mapping_(mapping) {}
  absl::Status Sort(const std::vector<PrometheusSeries>& all);
  absl::Status Send(const v1::Run& run, RunSender& sender);
  std::vector<std::string> notes;

 private:
  absl::Status AddGauge(Target& target, const PrometheusSeries& series, bool several);
  absl::Status SendTarget(Target& target, const v1::Run& run, RunSender& sender);
  v1::Run RunOf(const Target& target, const v1::Run& run) const;

  const std::string& name_;
  const Mapping& mapping_;
  std::map<std::string, Target> targets_;  // by their labels
};

absl::Status Targets::Sort(const std::vector<PrometheusSeries>& all) {
  std::map<std::pair<std::string, std::string>, int> several;  // of a target and metric
  const auto key_of = [](const PrometheusSeries& series) {
    const auto labels = TargetLabels(series);
    return absl::StrJoin(labels, "\n", absl::PairFormatter("\t"));
  };
  for (const PrometheusSeries& series : all) ++several[{key_of(series), series.labels.at("__name__")}];
  for (const PrometheusSeries& series : all) {
    const std::string key = key_of(series), metric = series.labels.at("__name__");
    if (!mapping_.gauges.empty() && !mapping_.gauges.contains(metric) && metric != kStartTime) continue;
    Target& target = targets_[key];
    target.labels = TargetLabels(series);
    if (series.absent > 0) notes.push_back(absl::StrCat(name_, ": ", series.absent, " values of ", Printable(metric), " are NaN or infinite: they are left out"));
    if (metric == kStartTime) {
      target.starts = &series;
    } else {
      SEEP_RETURN_IF_ERROR(AddGauge(target, series, several[{key, metric}] > 1));
    }
  }
  std::erase_if(targets_, [](const auto& entry) { return entry.second.gauges.empty(); });
  if (!targets_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name_, ": data.result: no series", mapping_.gauges.empty() ? "; was the range empty?" : " of those that --map names"));
}

absl::Status Targets::AddGauge(Target& target, const PrometheusSeries& series, bool several) {
  const std::string& metric = series.labels.at("__name__");
  Gauge gauge;
  gauge.definition = GaugeOfMetric(metric);
  gauge.series = &series;
  if (const auto mapped = mapping_.gauges.find(metric); mapped != mapping_.gauges.end()) gauge.definition.set_name(mapped->second);
  if (several) gauge.definition.set_name(Distinct(gauge.definition.name(), series));
  if (target.names.contains(gauge.definition.name())) gauge.definition.set_name(Distinct(GaugeNameOf(metric), series));
  if (mapping_.operations.contains(metric)) {
    gauge.definition.set_operation(true);
    gauge.definition.set_kind(v1::GAUGE_KIND_COUNTER);
    gauge.definition.set_origin(v1::GAUGE_ORIGIN_SCENARIO);
  }
  if (!target.names.insert(gauge.definition.name()).second) {
    return absl::InvalidArgumentError(absl::StrCat(name_, ": two series of ", Printable(metric), " would both be the gauge '", gauge.definition.name(),
                                                   "'; ask for one of them, or aggregate"));
  }
  gauge.definition.set_id(static_cast<std::uint32_t>(target.gauges.size()) + 1);
  target.gauges.push_back(std::move(gauge));
  return absl::OkStatus();
}

v1::Run Targets::RunOf(const Target& target, const v1::Run& run) const {
  v1::Run made = run;
  for (const auto& [label, value] : target.labels) {
    if (!made.spec().labels().contains(label)) (*made.mutable_spec()->mutable_labels())[label] = Printable(value);
  }
  if (targets_.size() > 1) {
    std::vector<std::string> values{made.spec().name()};
    for (const auto& [label, value] : target.labels) values.push_back(Printable(value));
    made.mutable_spec()->set_name(absl::StrJoin(values, " "));
  }
  return made;
}

// The next time at which any series has a point; none: that was all.
std::optional<std::int64_t> NextTime(const Target& target) {
  std::optional<std::int64_t> next;
  for (const Gauge& gauge : target.gauges) {
    if (gauge.next < gauge.series->points.size()) next = std::min(next.value_or(INT64_MAX), gauge.series->points[gauge.next].first);
  }
  return next;
}

// The points of that time. True: a counter has begun again.
bool TakePoints(Target& target, std::int64_t at_ms, v1::Sample& sample) {
  bool fell = false;
  for (Gauge& gauge : target.gauges) {
    if (gauge.next >= gauge.series->points.size() || gauge.series->points[gauge.next].first != at_ms) continue;
    const double value = gauge.series->points[gauge.next++].second;
    if (std::isnan(value)) continue;
    sample.add_gauge(gauge.definition.id());
    sample.add_value(value);
    if (gauge.definition.kind() != v1::GAUGE_KIND_COUNTER) continue;
    fell |= value < 0.5 * gauge.last;
    gauge.last = value;
  }
  return fell;
}

// Whether the process says that it began anew, up to that time.
bool Restarted(Target& target, std::int64_t at_ms) {
  bool anew = false;
  for (; target.next_start < target.starts->points.size() && target.starts->points[target.next_start].first <= at_ms; ++target.next_start) {
    const double start = target.starts->points[target.next_start].second;
    if (std::isnan(start)) continue;
    anew |= target.started && std::abs(start - *target.started) > 1;
    target.started = start;
  }
  return anew;
}

absl::Status Targets::SendTarget(Target& target, const v1::Run& run, RunSender& sender) {
  SEEP_RETURN_IF_ERROR(sender.Begin(RunOf(target, run)));
  for (const Gauge& gauge : target.gauges) {
    const absl::Status defined = sender.Define(gauge.definition);
    if (!defined.ok()) return absl::InvalidArgumentError(absl::StrCat(name_, ": ", defined.message()));
  }
  const std::optional<std::int64_t> first_ms = NextTime(target);
  std::uint32_t generation = 1;
  for (std::optional<std::int64_t> now = first_ms; now; now = NextTime(target)) {
    v1::Sample sample;
    const bool fell = TakePoints(target, *now, sample);
    if (target.starts != nullptr ? Restarted(target, *now) : fell) ++generation;
    sample.set_monotonic_us((*now - *first_ms) * 1000);
    sample.set_wall_us(*now * 1000);
    sample.set_generation(generation);
    sample.set_phase(v1::PHASE_SOAK);
    SEEP_RETURN_IF_ERROR(sender.Add(std::move(sample)));
  }
  if (sender.run_samples() >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name_, ": data.result: ", sender.run_samples() == 0 ? "no" : "one", " point in time of ",
                                                 Printable(target.gauges[0].series->labels.at("__name__")), "; two at least make a trend"));
}

absl::Status Targets::Send(const v1::Run& run, RunSender& sender) {
  for (auto& [key, target] : targets_) SEEP_RETURN_IF_ERROR(SendTarget(target, run, sender));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SendPrometheus(std::streambuf& in, const std::string& name, const std::string& column_map,
                                                        const v1::Run& run, RunSender& sender) {
  std::string document;
  char buffer[64 * 1024];
  for (std::streamsize got = in.sgetn(buffer, sizeof buffer); got > 0; got = in.sgetn(buffer, sizeof buffer)) {
    if (document.size() + static_cast<std::size_t>(got) > kMaxPrometheusBytes) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": over ", kMaxPrometheusBytes >> 20, " MiB; ask Prometheus with a longer step, or in parts"));
    }
    document.append(buffer, static_cast<std::size_t>(got));
  }
  SEEP_ASSIGN_OR_RETURN(const Mapping mapping, MappingOf(column_map));
  SEEP_ASSIGN_OR_RETURN(const std::vector<PrometheusSeries> series, ParseMatrix(std::move(document), name, kMaxPrometheusValues));
  Targets targets(name, mapping);
  SEEP_RETURN_IF_ERROR(targets.Sort(series));
  SEEP_RETURN_IF_ERROR(targets.Send(run, sender));
  return std::move(targets.notes);
}

}  // namespace seep::cli
