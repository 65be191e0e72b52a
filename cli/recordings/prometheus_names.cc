#include "cli/recordings/prometheus_names.h"

#include "absl/strings/ascii.h"

namespace seep::cli {
namespace {

struct WellKnown {
  std::string_view metric, gauge, unit;
  bool counter = false;
  v1::GaugeOrigin origin = v1::GAUGE_ORIGIN_INSIDE;
};
constexpr v1::GaugeOrigin kOutside = v1::GAUGE_ORIGIN_OUTSIDE;
// Names as agent/scrape has them live; then what process collectors and
// cAdvisor see from outside.
constexpr WellKnown kWellKnown[] = {
    {"go_goroutines", "goroutines", "count"},
    {"go_threads", "threads", "count"},
    {"go_memstats_alloc_bytes", "go_memstats_alloc_bytes", "bytes"},
    {"go_memstats_heap_alloc_bytes", "heap_allocated", "bytes"},
    {"go_memstats_heap_inuse_bytes", "heap_in_use", "bytes"},
    {"go_memstats_heap_objects", "heap_objects", "count"},
    {"go_memstats_heap_sys_bytes", "heap_sys", "bytes"},
    {"go_gc_duration_seconds_count", "gc_count", "count", true},
    {"nodejs_heap_size_used_bytes", "heap_allocated", "bytes"},
    {"nodejs_heap_size_total_bytes", "heap_sys", "bytes"},
    {"nodejs_external_memory_bytes", "external", "bytes"},
    {"process_resident_memory_bytes", "rss", "bytes", false, kOutside},
    {"process_virtual_memory_bytes", "vsz", "bytes", false, kOutside},
    {"process_open_fds", "fds", "count", false, kOutside},
    {"process_num_threads", "threads", "count", false, kOutside},
    {"process_threads", "threads", "count", false, kOutside},
    {"process_cpu_seconds_total", "process_cpu_seconds_total", "seconds", true, kOutside},
    {"container_memory_rss", "rss", "bytes", false, kOutside},
    {"container_memory_working_set_bytes", "working_set", "bytes", false, kOutside},
    {"container_file_descriptors", "fds", "count", false, kOutside},
    {"container_threads", "threads", "count", false, kOutside},
};

}  // namespace

std::string GaugeNameOf(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  std::string name = absl::AsciiStrToLower(absl::string_view(text.data(), text.size())).substr(0, kLongest);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.') c = '_';
  }
  if (!name.empty() && absl::ascii_islower(static_cast<unsigned char>(name[0]))) return name;
  return ("g_" + name).substr(0, kLongest);
}

v1::GaugeDefinition GaugeOfMetric(std::string_view metric) {
  v1::GaugeDefinition gauge;
  gauge.set_origin(v1::GAUGE_ORIGIN_INSIDE);
  for (const WellKnown& known : kWellKnown) {
    if (known.metric != metric) continue;
    gauge.set_name(std::string(known.gauge));
    gauge.set_unit(std::string(known.unit));
    gauge.set_kind(known.counter ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
    gauge.set_origin(known.origin);
    return gauge;
  }
  gauge.set_name(GaugeNameOf(metric));
  const bool counter = metric.ends_with("_total") || metric.ends_with("_count") || metric.ends_with("_sum") || metric.ends_with("_bucket");
  gauge.set_kind(counter ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
  const std::string_view stem = metric.ends_with("_total") ? metric.substr(0, metric.size() - 6) : metric;
  gauge.set_unit(stem.ends_with("_bytes") ? "bytes" : stem.ends_with("_seconds") ? "seconds" : stem.ends_with("_ratio") ? "ratio" : "count");
  return gauge;
}

}  // namespace seep::cli
