// What well-known gauge names measure.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

#include "analysis/verdict/run_judge.h"

namespace seep::analysis {
namespace {

constexpr std::array<std::string_view, 9> kResident = {"rss",       "pss",      "uss",          "anonymous",  "rss_kb",
                                                        "rss_bytes", "rss_mb",   "private_bytes", "working_set"};
constexpr std::array<std::string_view, 9> kReserved = {"wasm_memory", "heap_sys",    "heap_sys_bytes", "vsz",
                                                        "vsz_mb",      "heap_retained", "heap_resident", "heap_resident_bytes",
                                                        "vsz_largest"};
constexpr std::array<std::string_view, 13> kShownOnly = {
    "swap", "cpu", "cpu_percent", "mem_percent", "memory_percent", "heap_objects", "heap_allocs", "latency", "gc_count",
    // What the scenario itself wants or costs: no property of the target.
    "sampling_cost", "listeners_expected", "calls_in_flight", "waiting_iterations"};

template <std::size_t N>
bool Among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

OfProcess SplitOfProcess(std::string_view name) {
  constexpr std::string_view kMark = ".process";
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || mark == 0) return {name, 0};
  const std::string_view digits = name.substr(mark + kMark.size());
  int process = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
  if (error != std::errc() || end != digits.data() + digits.size() || process < 1) return {name, 0};
  return {name.substr(0, mark), process};
}

SeriesSpec ClassifySeries(std::string_view name, std::string_view unit, bool is_counter) {
  SeriesSpec spec;
  const OfProcess split = SplitOfProcess(name);
  spec.process = split.process;
  spec.name = std::string(name);
  spec.unit = std::string(unit.empty() ? "count" : unit);
  std::string lower(split.name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool bytes = unit == "bytes";
  // "unknown": a recording that does not say may hold a counter.
  if (is_counter || Among(kShownOnly, lower) || unit == "percent" || unit == "%" || unit == "seconds" || unit == "unknown") {
    spec.series_class = SeriesClass::kInformational;
  } else if (Among(kResident, lower)) {
    spec.series_class = SeriesClass::kResidentMemory;
  } else if (Among(kReserved, lower)) {
    spec.series_class = SeriesClass::kReservedMemory;
  } else if (bytes) {
    spec.series_class = SeriesClass::kHeapMemory;
  } else {
    spec.series_class = SeriesClass::kResource;
  }
  return spec;
}

}  // namespace seep::analysis
