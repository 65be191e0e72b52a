#include "cli/render/csv_layouts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "analysis/recording/recording.h"
#include "cli/render/quantities.h"
#include "cli/render/table.h"
#include "common/os/files.h"
#include "common/status/check.h"

namespace seep::cli {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMaxGaugeId = 1'000'000;  // what says more is no id

}  // namespace

void AddNumber(double value, std::string& out) {
  if (!std::isfinite(value)) return;
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  if (whole) fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(value));
  else fmt::format_to(std::back_inserter(out), "{}", value);
}

std::vector<std::string> CsvLayoutNames() { return {"go-memtest", "go-memtest-heap", "rust-memtest", "node-monitor", "wide"}; }

// Titles alone: what each means is the readers' own knowledge, so that what is
// written here is read back as what it was (analysis/recording/layouts.cc).
std::vector<std::string> TitlesOf(std::string_view name) {
  if (name == "go-memtest") {
    return {"timestamp", "elapsed_sec", "rss_bytes", "heap_alloc_bytes", "heap_inuse_bytes", "heap_objects", "heap_sys_bytes", "goroutines",
            "payments", "listeners"};
  }
  if (name == "go-memtest-heap") {
    return {"timestamp", "elapsed_sec", "heap_alloc_bytes", "heap_inuse_bytes", "heap_objects", "heap_sys_bytes", "goroutines", "payments", "listeners"};
  }
  if (name == "rust-memtest") return {"timestamp", "elapsed_sec", "rss_bytes", "heap_allocated_bytes", "heap_resident_bytes", "payments"};
  if (name == "node-monitor") {
    return {"timestamp", "pid", "cpu_percent", "mem_percent", "rss_mb", "vsz_mb", "threads", "file_descriptors", "tcp_connections", "goroutines",
            "heap_allocs", "heap_inuse_mb", "active_streams", "service_cache", "relay_circuits"};
  }
  if (name == "wide") return {"timestamp", "elapsed_sec", "generation", "phase"};
  return {};
}

absl::StatusOr<CsvLayout> CsvLayout::Make(std::string_view name, bool crlf) {
  CsvLayout layout;
  layout.crlf_ = crlf;
  layout.wide_ = name == "wide";
  for (const std::string& title : TitlesOf(name)) {
    const auto known = analysis::ColumnOf(title);
    SEEP_CHECK(known.has_value()) << title;
    switch (known->role) {
      case analysis::ColumnRole::kWallTime: layout.columns_.push_back({title, "@timestamp"}); break;
      case analysis::ColumnRole::kElapsed: layout.columns_.push_back({title, "@elapsed"}); break;
      case analysis::ColumnRole::kProcess: layout.columns_.push_back({title, "@pid"}); break;
      case analysis::ColumnRole::kGeneration: layout.columns_.push_back({title, "@generation"}); break;
      case analysis::ColumnRole::kPhase: layout.columns_.push_back({title, "@phase"}); break;
      default: layout.columns_.push_back({title, known->gauge, known->scale}); break;
    }
    // What our own targets report instead (the seed's script read it of pprof).
    if (title == "heap_allocs") layout.columns_.back().otherwise = "heap_allocated";
  }
  if (!layout.columns_.empty()) return layout;
  return absl::InvalidArgumentError(absl::StrCat("no CSV layout '", Printable(name), "'; there are ",
                                                 absl::StrJoin(CsvLayoutNames(), ", ")));
}

absl::StatusOr<std::string> CsvLayout::Take(const v1::ExportSamplesResponse& message) {
  for (const auto& generation : message.generations()) {
    if (generation.pid() > 0) pids_[generation.generation()] = generation.pid();
  }
  for (const auto& definition : message.gauges()) {
    const bool fresh = names_.insert(definition.name()).second;
    if (wide_ && fresh && header_done_) {
      return absl::InternalError(absl::StrCat("gauge '", Printable(definition.name()),
                                              "' was first named after samples had come; its column cannot be added"));
    }
    if (wide_ && fresh) columns_.push_back({definition.name(), definition.name(), 1});
    for (Column& column : columns_) {
      if (column.gauge == definition.name()) column.id = definition.id();
      if (column.otherwise == definition.name()) column.otherwise_id = definition.id();
    }
  }
  std::string out;
  if (message.samples_size() > 0) out += Header();
  for (const auto& sample : message.samples()) AddRow(sample, out);
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

void CsvLayout::AddRow(const v1::Sample& sample, std::string& out) {
  std::fill(values_.begin(), values_.end(), kAbsent);
  const int count = std::min(sample.gauge_size(), sample.value_size());
  for (int i = 0; i < count; ++i) {
    const std::size_t id = sample.gauge(i);
    if (id > kMaxGaugeId) continue;
    if (id >= values_.size()) values_.resize(id + 1, kAbsent);
    values_[id] = sample.value(i);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out += ',';
    AddField(columns_[i], sample, out);
  }
  out += crlf_ ? "\r\n" : "\n";
}

// Times and numbers need no quotes.
void CsvLayout::AddField(const Column& column, const v1::Sample& sample, std::string& out) const {
  if (column.gauge[0] != '@') {
    const std::size_t id = column.id > 0 ? column.id : column.otherwise_id;
    if (id > 0 && id < values_.size()) AddNumber(values_[id] / column.divide_by, out);
    return;
  }
  if (column.gauge == "@timestamp") {
    out += FormatRfc3339(sample.wall_us());
  } else if (column.gauge == "@elapsed") {
    fmt::format_to(std::back_inserter(out), "{:.3f}", static_cast<double>(sample.monotonic_us()) / 1e6);
  } else if (column.gauge == "@generation") {
    fmt::format_to(std::back_inserter(out), "{}", sample.generation());
  } else if (column.gauge == "@phase") {
    out += EnumWord(v1::Phase_Name(sample.phase()));
  } else if (const auto pid = pids_.find(sample.generation()); pid != pids_.end()) {
    fmt::format_to(std::back_inserter(out), "{}", pid->second);
  }
}

std::string CsvLayout::Ended(std::string row) const {
  if (crlf_) row.insert(row.size() - 1, "\r");
  return row;
}

}  // namespace seep::cli
