#include "cli/render/gauges.h"

#include <algorithm>

#include "common/os/files.h"

namespace seep::cli {

namespace {

// Families of counters: the kind of failure, the SDK's own operation, what the load counts.
constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
    {"failures.", "Failures"}, {"invoke.", "Invokes"}, {"errors.", "Errors"}, {"load.", "Load"}};
constexpr std::string_view kTotal = "_total";  // Prometheus' ending of counters

}  // namespace

std::string DisplayName(std::string_view gauge) {
  static const std::map<std::string, std::string, std::less<>> kNames = {
      {"rss", "RSS"},           {"pss", "PSS"},         {"uss", "USS"},
      {"heap_allocated", "HeapAlloc"}, {"heap_in_use", "HeapInuse"}, {"heap_sys", "HeapSys"},
      {"heap_objects", "HeapObjects"}, {"wasm_memory", "Wasm"},      {"goroutines", "Goroutines"},
      {"threads", "Threads"},   {"fds", "FDs"},         {"listeners", "Listeners"},
      {"payments", "Payments"}, {"reconnects", "Reconnects"}, {"lifecycles", "Lifecycles"},
      {"listener_changes", "ListenerChanges"}, {"history_queries", "HistoryQueries"}, {"syncs", "Syncs"},
      {"parses", "Parses"},     {"errors", "Errors"}, {"dropped_iterations", "Dropped"},   {"tasks", "Tasks"},
      {"waiting_iterations", "Waiting"}, {"info_queries", "InfoQueries"}, {"receives", "Receives"},
      {"cancelled_connects", "CancelledConnects"}, {"late_cancels", "LateCancels"}, {"refills", "Refills"},
      {"collections", "Collections"}, {"replacements", "Replacements"}, {"warnings", "Warnings"}, {"events", "Events"},
      {"prefilled", "Prefilled"}, {"vsz", "VSZ"}, {"cpu_percent", "CPU"}, {"memory_percent", "Mem"},
      {"tcp_connections", "TCP"}, {"processes", "Processes"}, {"scrape_failures", "ScrapeFailures"}, {"load_runs", "LoadRuns"}, {"load_failures", "LoadFailures"},
      {"fds_largest", "FDsLargest"}, {"heap_retained", "HeapRetained"}, {"external_memory", "External"}};
  const auto known = kNames.find(gauge);
  if (known != kNames.end()) return known->second;
  for (const auto& [prefix, name] : kFamilies) {
    if (gauge.substr(0, prefix.size()) == prefix) return std::string(name) + "(" + Printable(gauge.substr(prefix.size())) + ")";
  }
  // A service's own counter, as its people call it.
  if (gauge.size() > kTotal.size() && gauge.substr(gauge.size() - kTotal.size()) == kTotal) gauge.remove_suffix(kTotal.size());
  return Printable(gauge);
}

void Gauges::Define(const v1::GaugeDefinition& definition) {
  const auto known = by_name_.find(definition.name());
  if (known != by_name_.end()) {
    by_id_[definition.id()] = known->second;
    return;
  }
  if (definitions_.size() >= kMaxGauges) return;
  by_id_[definition.id()] = definitions_.size();
  by_name_[definition.name()] = definitions_.size();
  definitions_.push_back(definition);
}

void Gauges::Take(const v1::Sample& sample) {
  if (sample.generation() != generation_) {
    generation_ = sample.generation();
    // Counters of the scenario go on; what was read of the dead process does not.
    for (auto it = latest_.begin(); it != latest_.end();) {
      const bool scenario = definitions_[it->first].origin() == v1::GAUGE_ORIGIN_SCENARIO;
      it = scenario ? std::next(it) : latest_.erase(it);
    }
  }
  const int count = std::min(sample.gauge_size(), sample.value_size());
  for (int i = 0; i < count; ++i) {
    const auto known = by_id_.find(sample.gauge(i));
    if (known != by_id_.end()) latest_[known->second] = sample.value(i);
  }
}

std::optional<double> Gauges::Latest(std::string_view name) const {
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) return std::nullopt;
  const auto value = latest_.find(known->second);
  return value == latest_.end() ? std::nullopt : std::optional<double>(value->second);
}

const v1::GaugeDefinition* Gauges::Find(std::string_view name) const {
  const auto known = by_name_.find(name);
  return known == by_name_.end() ? nullptr : &definitions_[known->second];
}

const v1::GaugeDefinition* Gauges::FindId(std::uint32_t id) const {
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? nullptr : &definitions_[known->second];
}

}  // namespace seep::cli
