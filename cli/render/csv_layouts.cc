#include "cli/render/csv_layouts.h"

#include <fmt/format.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/render/quantities.h"
#include "cli/render/table.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr double kMegabyte = 1e6;

std::string NumberField(double value) {
  if (!std::isfinite(value)) return {};
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

}  // namespace

std::vector<std::string> CsvLayoutNames() { return {"go-memtest", "go-memtest-heap", "rust-memtest", "node-monitor", "wide"}; }

absl::StatusOr<CsvLayout> CsvLayout::Make(std::string_view name, bool crlf) {
  CsvLayout layout;
  layout.crlf_ = crlf;
  auto add = [&layout](const char* title, const char* gauge, double divide_by = 1) {
    layout.columns_.push_back({title, gauge, divide_by});
  };
  add("timestamp", "@timestamp");
  if (name == "go-memtest" || name == "go-memtest-heap") {
    add("elapsed_sec", "@elapsed");
    if (name == "go-memtest") add("rss_bytes", "rss");
    add("heap_alloc_bytes", "heap_allocated");
    add("heap_inuse_bytes", "heap_in_use");
    add("heap_objects", "heap_objects");
    add("heap_sys_bytes", "heap_sys");
    add("goroutines", "goroutines");
    add("payments", "payments");
    add("listeners", "listeners");
  } else if (name == "rust-memtest") {
    add("elapsed_sec", "@elapsed");
    add("rss_bytes", "rss");
    add("heap_allocated_bytes", "heap_allocated");
    add("heap_resident_bytes", "heap_resident");
    add("payments", "payments");
  } else if (name == "node-monitor") {
    add("pid", "@pid");
    add("cpu_percent", "cpu_percent");
    add("mem_percent", "memory_percent");
    add("rss_mb", "rss", kMegabyte);
    add("vsz_mb", "vsz", kMegabyte);
    add("threads", "threads");
    add("file_descriptors", "fds");
    add("tcp_connections", "tcp_connections");
    add("goroutines", "goroutines");
    add("heap_allocs", "heap_allocated");
    add("heap_inuse_mb", "heap_in_use", kMegabyte);
    add("active_streams", "active_streams");
    add("service_cache", "service_cache");
    add("relay_circuits", "relay_circuits");
  } else if (name == "wide") {
    layout.wide_ = true;
    add("elapsed_sec", "@elapsed");
    add("generation", "@generation");
    add("phase", "@phase");
  } else {
    return absl::InvalidArgumentError(absl::StrCat("no CSV layout '", Printable(name), "'; there are ",
                                                   absl::StrJoin(CsvLayoutNames(), ", ")));
  }
  return layout;
}

absl::StatusOr<std::string> CsvLayout::Take(const v1::ExportSamplesResponse& message) {
  for (const auto& definition : message.gauges()) {
    const bool fresh = gauges_.Find(definition.name()) == nullptr;
    gauges_.Define(definition);
    if (!wide_ || !fresh) continue;
    if (header_done_) {
      return absl::InternalError(absl::StrCat("gauge '", Printable(definition.name()),
                                              "' was first named after samples had come; its column cannot be added"));
    }
    columns_.push_back({definition.name(), definition.name(), 1});
  }
  std::string out;
  if (message.samples_size() > 0) out += Header();
  for (const auto& sample : message.samples()) out += Row(sample);
  return out;
}

std::string CsvLayout::Finish() { return Header(); }

std::string CsvLayout::Header() {
  if (header_done_) return {};
  header_done_ = true;
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  return Ended(CsvRow(titles));
}

std::string CsvLayout::Row(const v1::Sample& sample) {
  std::map<std::uint32_t, double> values;
  const int count = std::min(sample.gauge_size(), sample.value_size());
  for (int i = 0; i < count; ++i) values[sample.gauge(i)] = sample.value(i);
  std::vector<std::string> fields;
  for (const Column& column : columns_) fields.push_back(Field(column, sample, values));
  return Ended(CsvRow(fields));
}

std::string CsvLayout::Field(const Column& column, const v1::Sample& sample,
                             const std::map<std::uint32_t, double>& values) const {
  if (column.gauge == "@timestamp") return FormatRfc3339(sample.wall_us());
  if (column.gauge == "@elapsed") return fmt::format("{:.3f}", static_cast<double>(sample.monotonic_us()) / 1e6);
  if (column.gauge == "@generation") return fmt::format("{}", sample.generation());
  if (column.gauge == "@phase") return EnumWord(v1::Phase_Name(sample.phase()));
  if (column.gauge == "@pid") {
    const auto pid = pids_.find(sample.generation());
    return pid == pids_.end() ? std::string() : fmt::format("{}", pid->second);
  }
  for (const auto& [id, value] : values) {
    const auto* definition = gauges_.FindId(id);
    if (definition != nullptr && definition->name() == column.gauge) return NumberField(value / column.divide_by);
  }
  return {};
}

std::string CsvLayout::Ended(std::string row) const {
  if (crlf_) row.insert(row.size() - 1, "\r");
  return row;
}

}  // namespace seep::cli
