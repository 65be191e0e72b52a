#include "agent/sampler/sample_encoder.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace seep::agent {
namespace {

constexpr std::size_t kMaxGauges = 256;

}  // namespace

std::vector<GaugeValue> OutsideGauges(const OutsideFigures& f) {
  std::vector<GaugeValue> values;
  const auto add = [&](const char* name, const char* unit, v1::GaugeKind kind, std::optional<double> value) {
    if (value) values.push_back({name, unit, kind, v1::GAUGE_ORIGIN_OUTSIDE, false, *value});
  };
  constexpr auto kLevel = v1::GAUGE_KIND_GAUGE;
  constexpr auto kCount = v1::GAUGE_KIND_COUNTER;
  add("rss", "bytes", kLevel, f.rss_bytes);
  add("pss", "bytes", kLevel, f.pss_bytes);
  add("uss", "bytes", kLevel, f.uss_bytes);
  add("anonymous", "bytes", kLevel, f.anonymous_bytes);
  add("swap", "bytes", kLevel, f.swap_bytes);
  add("vsz", "bytes", kLevel, f.vsz_bytes);
  add("cpu_percent", "percent", kLevel, f.cpu_percent);
  add("memory_percent", "percent", kLevel, f.memory_percent);
  add("threads", "count", kLevel, f.threads);
  add("fds", "count", kLevel, f.fds);
  add("fds_largest", "count", kLevel, f.most_fds);
  add("vsz_largest", "bytes", kLevel, f.most_vsz_bytes);
  add("tcp_connections", "count", kLevel, f.tcp_connections);
  add("processes", "count", kLevel, f.processes);
  add("minor_faults", "count", kCount, f.minor_faults);
  add("major_faults", "count", kCount, f.major_faults);
  add("voluntary_switches", "count", kCount, f.voluntary_switches);
  add("involuntary_switches", "count", kCount, f.involuntary_switches);
  add("read_bytes", "bytes", kCount, f.read_bytes);
  add("written_bytes", "bytes", kCount, f.written_bytes);
  return values;
}

std::string SampleEncoder::Encode(SampleStamp stamp, const std::vector<GaugeValue>& values, const v1::Sample& rest) {
  v1::SampleBlock block;
  v1::Sample* sample = block.add_samples();
  *sample = rest;
  last_us_ = std::max(last_us_, absl::ToInt64Microseconds(stamp.since_begin));
  sample->set_sequence(stamp.sequence);
  sample->set_monotonic_us(last_us_);
  sample->set_wall_us(stamp.wall.micros());
  sample->set_generation(stamp.generation);
  sample->set_phase(stamp.phase);
  std::set<std::uint32_t> used;
  for (const GaugeValue& value : values) {
    if (!std::isfinite(value.value)) continue;
    auto id = ids_.find(value.name);
    if (id == ids_.end()) {
      if (ids_.size() >= kMaxGauges) continue;
      id = ids_.emplace(value.name, static_cast<std::uint32_t>(ids_.size() + 1)).first;
      v1::GaugeDefinition definition;
      definition.set_id(id->second);
      definition.set_name(value.name);
      definition.set_unit(value.unit);
      definition.set_kind(value.kind);
      definition.set_origin(value.origin);
      definition.set_operation(value.operation);
      *block.add_gauges() = definition;
      *definitions_.add_gauges() = std::move(definition);
    }
    if (!used.insert(id->second).second) continue;
    sample->add_gauge(id->second);
    sample->add_value(value.value);
  }
  return block.SerializeAsString();
}

}  // namespace seep::agent
