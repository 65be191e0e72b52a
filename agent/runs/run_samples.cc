#include "agent/runs/run_samples.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "agent/log/log.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kComplainEvery = absl::Minutes(1);
// Fast sampling need not repeat the names of operations in each sample.
constexpr absl::Duration kOperationsEvery = absl::Seconds(1);

// Names that Seep gives itself: what it measures outside, what scenarios count.
bool IsOurName(const std::string& name) {
  static const std::set<std::string, std::less<>> scenario = {
      "payments", "reconnects", "lifecycles", "listener_changes", "history_queries", "syncs", "parses", "refills",
      "collections", "replacements", "warnings", "events", "errors", "listeners_expected", "dropped_iterations",
      "waiting_iterations", "sampling_cost"};
  if (scenario.contains(name)) return true;
  static const std::vector<GaugeValue> all = [] {
    OutsideFigures figures;
    figures.anonymous_bytes = figures.swap_bytes = figures.pss_bytes = figures.uss_bytes = 0;
    figures.most_fds = figures.most_vsz_bytes = 0;
    figures.fds = figures.tcp_connections = figures.voluntary_switches = figures.involuntary_switches = 0;
    figures.read_bytes = figures.written_bytes = 0;
    return OutsideGauges(figures);
  }();
  return std::any_of(all.begin(), all.end(), [&](const GaugeValue& gauge) { return gauge.name == name; });
}

std::vector<GaugeValue> Measured(const Reading& reading, const std::vector<GaugeValue>* inside) {
  std::vector<GaugeValue> values = OutsideGauges(reading.figures);
  values.push_back({"sampling_cost", "seconds", v1::GAUGE_KIND_GAUGE, v1::GAUGE_ORIGIN_OUTSIDE, false,
                    absl::ToDoubleSeconds(reading.cost)});
  if (inside != nullptr) values.insert(values.end(), inside->begin(), inside->end());
  return values;
}

}  // namespace

RunSamples::RunSamples(AgentParts& parts, std::string run_id, MonotonicTime began, absl::Duration interval, std::size_t processes)
    : parts_(parts), run_id_(std::move(run_id)), began_(began), interval_(interval), complained_(began - kComplainEvery),
      sums_(processes), told_operations_(began) {}

std::vector<GaugeValue> RunSamples::Counted(const ScenarioCounters& counters) const {
  std::vector<GaugeValue> values;
  if (!counts_scenario_) return values;
  for (ScenarioValue& value : counters.Values()) {
    values.push_back({std::move(value.name), "count", value.counter ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE,
                      v1::GAUGE_ORIGIN_SCENARIO, value.operation, value.value});
  }
  return values;
}

void RunSamples::AddFiguresTo(std::vector<GaugeValue>& values) {
  if (!figures_) return;
  for (GaugeValue& figure : figures_()) {
    if (figure.origin == v1::GAUGE_ORIGIN_INSIDE && IsOurName(figure.name)) figure.name.insert(0, "target.");
    values.push_back(std::move(figure));
  }
}

void RunSamples::Record(const Reading& reading, std::uint32_t generation, const std::vector<GaugeValue>* inside,
                        ScenarioCounters& counters) {
  std::vector<GaugeValue> values = Measured(reading, inside);
  AddFiguresTo(values);
  for (GaugeValue& value : Counted(counters)) values.push_back(std::move(value));
  Append({0, reading.at - began_, reading.wall, generation, phase_}, reading.at, values, counters.times);
}

void RunSamples::RecordSeveral(const std::vector<std::optional<Told>>& told, std::uint32_t generation,
                               const std::vector<ScenarioCounters*>& counters) {
  std::vector<ProcessSums::OfProcess> each(counters.size());
  const Reading* latest = nullptr;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    each[i].counted = Counted(*counters[i]);
    if (i > 0) counters[0]->times.TakeFrom(counters[i]->times);
    if (!told[i]) continue;
    each[i].measured = Measured(told[i]->reading, told[i]->inside ? &*told[i]->inside : nullptr);
    if (latest == nullptr || told[i]->reading.at > latest->at) latest = &told[i]->reading;
  }
  if (latest == nullptr) return;
  std::vector<GaugeValue> values = sums_.Values(each);
  AddFiguresTo(values);
  Append({0, latest->at - began_, latest->wall, generation, phase_}, latest->at, values, counters[0]->times);
}

void RunSamples::Append(SampleStamp stamp, MonotonicTime at, const std::vector<GaugeValue>& values, OperationTimes& times) {
  stamp.sequence = parts_.spool.NextSequence(run_id_);
  v1::Sample operations;
  // Those of the end go at once: no later sample takes them along.
  const bool due = at - told_operations_ >= kOperationsEvery || phase_ == v1::PHASE_TEARDOWN;
  if (due) times.WriteTo(operations);
  const std::string block = encoder_.Encode(stamp, values, operations);
  const absl::Status status = parts_.spool.Append(run_id_, block, [this] { return encoder_.Definitions(); });
  if (due && status.ok()) {
    times.Sent();
    told_operations_ = at;
  }
  if (!status.ok() && parts_.loop.clock().Now() - complained_ >= kComplainEvery) {
    complained_ = parts_.loop.clock().Now();
    LogError(absl::StrCat("run=", run_id_, " samples are dropped: ", std::string(status.message())));
  }
  parts_.listener.OnSample(run_id_, interval_);
}

std::vector<GaugeValue> InsideGauges(const driver::Json& result, const std::vector<HostGauge>& declared) {
  std::vector<GaugeValue> gauges;
  const driver::Json* values = result.Find("values");
  if (values == nullptr) return gauges;
  for (const HostGauge& gauge : declared) {
    const auto value = values->FindNumber(gauge.name);
    if (!value) continue;
    gauges.push_back({IsOurName(gauge.name) ? "host." + gauge.name : gauge.name, gauge.unit,
                      gauge.counter ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE, v1::GAUGE_ORIGIN_INSIDE, false, *value});
  }
  return gauges;
}

}  // namespace seep::agent
