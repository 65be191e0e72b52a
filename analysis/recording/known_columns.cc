// What the columns of known recordings mean.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "analysis/recording/recording.h"

namespace seep::analysis {
namespace {

constexpr double kKb = 1024, kMb = 1024 * 1024;

struct KnownColumn {
  std::string_view header;
  ColumnRole role;
  std::string_view name;   // of the series or operation
  std::string_view unit;   // "bytes", "count", "percent"
  double scale = 1;
  bool counter = false;
  std::string_view gauge = {};  // what an import keeps it under, where that is not `name`
};

constexpr ColumnRole kS = ColumnRole::kSeries;
// The seeds' own headers (000, 001, 002), both corpus layouts, our own export.
constexpr KnownColumn kKnown[] = {
    {"t_s", ColumnRole::kElapsed, "", ""},
    {"elapsed_sec", ColumnRole::kElapsed, "", ""},
    {"elapsed_s", ColumnRole::kElapsed, "", ""},
    {"timestamp", ColumnRole::kWallTime, "", ""},
    {"time", ColumnRole::kWallTime, "", ""},
    {"pid", ColumnRole::kProcess, "", ""},
    {"epoch", ColumnRole::kGeneration, "", ""},
    {"generation", ColumnRole::kGeneration, "", ""},
    {"phase", ColumnRole::kPhase, "", ""},
    {"inflight", ColumnRole::kLoad, "", "", 1, false, "calls_in_flight"},
    {"load", ColumnRole::kLoad, "", "", 1, false, "calls_in_flight"},
    {"payments", ColumnRole::kOperation, "payments", ""},
    {"reconnects", ColumnRole::kOperation, "reconnects", ""},
    {"lifecycles", ColumnRole::kOperation, "lifecycles", ""},
    {"operations", ColumnRole::kOperation, "operations", ""},
    {"ops", ColumnRole::kOperation, "ops", ""},
    {"ops2", ColumnRole::kOperation, "ops2", ""},
    {"ops_pay", ColumnRole::kOperation, "ops_pay", "", 1, false, "payments"},
    {"ops_reconnect", ColumnRole::kOperation, "ops_reconnect", "", 1, false, "reconnects"},
    {"rss_kb", kS, "rss", "bytes", kKb},
    {"rss_mb", kS, "rss", "bytes", kMb},
    {"rss_bytes", kS, "rss", "bytes"},
    {"rss", kS, "rss", "bytes"},
    {"pss_bytes", kS, "pss", "bytes"},
    {"uss_bytes", kS, "uss", "bytes"},
    {"vsz_mb", kS, "vsz", "bytes", kMb},
    {"vsz_bytes", kS, "vsz", "bytes"},
    {"heap_kb", kS, "heap", "bytes", kKb, false, "heap_allocated"},
    {"heap_alloc_bytes", kS, "heap_alloc", "bytes", 1, false, "heap_allocated"},
    {"heap_allocated_bytes", kS, "heap_allocated", "bytes"},
    {"heap_inuse_bytes", kS, "heap_inuse", "bytes", 1, false, "heap_in_use"},
    {"heap_inuse_mb", kS, "heap_inuse", "bytes", kMb, false, "heap_in_use"},
    {"heap_sys_bytes", kS, "heap_sys", "bytes"},
    {"heap_resident_bytes", kS, "heap_resident", "bytes"},
    {"wasm_memory_bytes", kS, "wasm_memory", "bytes"},
    {"heap_objects", kS, "heap_objects", "count"},
    {"heap_allocs", kS, "heap_allocs", "count"},
    {"threads", kS, "threads", "count"},
    {"fds", kS, "fds", "count"},
    {"file_descriptors", kS, "fds", "count"},
    {"conns", kS, "conns", "count", 1, false, "tcp_connections"},
    {"connections", kS, "connections", "count"},
    {"tcp_connections", kS, "tcp_connections", "count"},
    {"listeners", kS, "listeners", "count"},
    {"listeners_expected", kS, "listeners_expected", "count"},
    {"goroutines", kS, "goroutines", "count"},
    {"active_streams", kS, "active_streams", "count"},
    {"service_cache", kS, "service_cache", "count"},
    {"relay_circuits", kS, "relay_circuits", "count"},
    {"db_connections_open", kS, "db_connections_open", "count"},
    {"db_connections_in_use", kS, "db_connections_in_use", "count"},
    {"gc_count", kS, "gc_count", "count", 1, true},
    {"num_gc", kS, "gc_count", "count", 1, true, "gc_count"},
    // Our own export: gauges by the names they are recorded under.
    {"pss", kS, "pss", "bytes"},
    {"uss", kS, "uss", "bytes"},
    {"anonymous", kS, "anonymous", "bytes"},
    {"vsz", kS, "vsz", "bytes"},
    {"heap_allocated", kS, "heap_allocated", "bytes"},
    {"heap_in_use", kS, "heap_in_use", "bytes"},
    {"heap_sys", kS, "heap_sys", "bytes"},
    {"wasm_memory", kS, "wasm_memory", "bytes"},
    {"external", kS, "external", "bytes"},
    {"array_buffers", kS, "array_buffers", "bytes"},
    {"tasks", kS, "tasks", "count"},
    {"processes", kS, "processes", "count"},
    {"wallets", kS, "wallets", "count"},
    {"listener_changes", ColumnRole::kOperation, "listener_changes", ""},
    {"history_queries", ColumnRole::kOperation, "history_queries", ""},
    {"syncs", ColumnRole::kOperation, "syncs", ""},
    {"parses", ColumnRole::kOperation, "parses", ""},
    {"read_bytes", kS, "read_bytes", "bytes", 1, true},
    {"written_bytes", kS, "written_bytes", "bytes", 1, true},
    {"heap_retained", kS, "heap_retained", "bytes"},
    {"heap_resident", kS, "heap_resident", "bytes"},
    {"swap", kS, "swap", "bytes"},
    {"calls_in_flight", kS, "calls_in_flight", "count"},
    {"waiting_iterations", kS, "waiting_iterations", "count"},
    {"sampling_cost", kS, "sampling_cost", "seconds"},
    {"info_queries", ColumnRole::kOperation, "info_queries", ""},
    {"receives", ColumnRole::kOperation, "receives", ""},
    {"cancelled_connects", ColumnRole::kOperation, "cancelled_connects", ""},
    {"load_runs", ColumnRole::kOperation, "load_runs", ""},
    {"errors", kS, "errors", "count", 1, true},
    {"warnings", kS, "warnings", "count", 1, true},
    {"events", kS, "events", "count", 1, true},
    {"refills", kS, "refills", "count", 1, true},
    {"collections", kS, "collections", "count", 1, true},
    {"replacements", kS, "replacements", "count", 1, true},
    {"prefilled", kS, "prefilled", "count", 1, true},
    {"late_cancels", kS, "late_cancels", "count", 1, true},
    {"dropped_iterations", kS, "dropped_iterations", "count", 1, true},
    {"scrape_failures", kS, "scrape_failures", "count", 1, true},
    {"minor_faults", kS, "minor_faults", "count", 1, true},
    {"major_faults", kS, "major_faults", "count", 1, true},
    {"voluntary_switches", kS, "voluntary_switches", "count", 1, true},
    {"involuntary_switches", kS, "involuntary_switches", "count", 1, true},
    {"cpu_percent", kS, "cpu_percent", "percent"},
    {"memory_percent", kS, "memory_percent", "percent"},
    {"mem_percent", kS, "mem_percent", "percent", 1, false, "memory_percent"},
};

}  // namespace

std::optional<RecordedColumn> ColumnOf(const std::string& header) {
  const std::string lower = absl::AsciiStrToLower(header);
  for (const KnownColumn& known : kKnown) {
    if (known.header != lower) continue;
    RecordedColumn column;
    column.header = header;
    column.role = known.role;
    column.scale = known.scale;
    if (known.role == kS) column.series = ClassifySeries(known.name, known.unit, known.counter);
    if (known.role == ColumnRole::kOperation) column.operation = std::string(known.name);
    column.gauge = std::string(known.gauge.empty() ? known.name : known.gauge);
    column.counter = known.counter || known.role == ColumnRole::kOperation;
    return column;
  }
  // Any gauge that says its unit: "arena_kb", "cache_bytes", "pool_mb".
  for (const auto& [suffix, scale] : {std::pair{"_bytes", 1.0}, {"_kb", kKb}, {"_mb", kMb}}) {
    if (lower.ends_with(suffix) && lower.size() > std::string_view(suffix).size()) {
      RecordedColumn column;
      column.header = header;
      column.role = kS;
      column.scale = scale;
      column.series = ClassifySeries(lower.substr(0, lower.size() - std::string_view(suffix).size()), "bytes", false);
      column.gauge = column.series.name;
      return column;
    }
  }
  return std::nullopt;
}

}  // namespace seep::analysis
