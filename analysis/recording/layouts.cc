// Which column of a recording is what.
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "analysis/recording/recording.h"

namespace seep::analysis {
namespace {

constexpr double kKb = 1024, kMb = 1024 * 1024;

constexpr ColumnRole kS = ColumnRole::kSeries;
constexpr char kUnitUnknown[] = "unknown";  // shown, never judged (classify_series.cc)

bool IsGaugeName(const std::string& name) {
  return !name.empty() && name.size() <= 63 && name[0] >= 'a' && name[0] <= 'z' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

// Our own export names each column as its gauge; what no table knows is a gauge
// of the SDK's own, or a counter: the file does not say which, and a counter
// that is judged as a gauge is a leak that there is none of.
RecordedColumn OwnColumn(const std::string& header) {
  std::optional<RecordedColumn> known = ColumnOf(header);
  const OfProcess split = SplitOfProcess(header);
  if (!known && split.process > 0) {  // "rss.process2" is what "rss" is
    known = ColumnOf(std::string(split.name));
    if (known && known->role == kS) known->series = ClassifySeries(header, known->series.unit, known->counter);
    if (known && known->role == ColumnRole::kOperation) known->operation = header;
    if (known) known->header = known->gauge = header;
  }
  RecordedColumn column = known ? *known : RecordedColumn{header, ColumnRole::kIgnored, {}, 1, "", 1};
  if (column.role == ColumnRole::kSeries) column.gauge = header;
  // A unit at the end of a gauge's name is a part of the name, and its values are plain.
  if (known && column.role == ColumnRole::kSeries && column.scale != 1) column = RecordedColumn{header, kS, ClassifySeries(header, kUnitUnknown, false), 1, "", 1, header};
  if (known || !IsGaugeName(header)) return column;
  const bool operation = header.starts_with("failures.") || header.starts_with("invoke.");
  column.role = operation ? ColumnRole::kOperation : kS;
  column.operation = operation ? header : "";
  column.counter = operation || header.starts_with("errors.") || header.ends_with("_total") || header.ends_with("_count");
  if (!operation) column.series = ClassifySeries(header, kUnitUnknown, column.counter);
  column.gauge = header;
  return column;
}

bool Has(const std::vector<std::string>& headers, std::initializer_list<std::string_view> all) {
  return std::all_of(all.begin(), all.end(), [&](std::string_view one) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const std::string& h) { return absl::AsciiStrToLower(h) == one; });
  });
}

std::string LayoutName(const std::vector<std::string>& headers) {
  if (Has(headers, {"elapsed_sec", "heap_alloc_bytes"})) return "go-memtest";
  if (Has(headers, {"elapsed_sec", "rss_bytes", "heap_allocated_bytes"})) return "rust-memtest";
  if (Has(headers, {"timestamp", "pid", "rss_mb", "file_descriptors"})) return "node-monitor";
  if (Has(headers, {"t_s", "rss_kb", "heap_kb", "ops_pay"})) return "corpus";
  if (Has(headers, {"t_s", "rss_kb", "heap_kb", "ops"})) return "recordings";
  if (Has(headers, {"elapsed_sec", "generation", "phase"})) return "seep-wide";
  return "by column names";
}

// A role may be held once; elapsed time goes before wall time.
void KeepOneClock(RecordingLayout& layout) {
  bool elapsed = std::any_of(layout.columns.begin(), layout.columns.end(),
                             [](const RecordedColumn& c) { return c.role == ColumnRole::kElapsed; });
  for (ColumnRole role : {ColumnRole::kElapsed, ColumnRole::kWallTime, ColumnRole::kLoad, ColumnRole::kGeneration,
                          ColumnRole::kProcess, ColumnRole::kPhase}) {
    bool seen = role == ColumnRole::kWallTime && elapsed, labelled = false;
    for (RecordedColumn& column : layout.columns) {
      if (column.role != role) continue;
      if (seen) column.role = role == ColumnRole::kWallTime && !labelled ? ColumnRole::kWallLabel : ColumnRole::kIgnored;
      labelled |= column.role == ColumnRole::kWallLabel;
      seen = true;
    }
  }
}

// Two columns of one name would be told apart by nobody.
absl::Status EachOnce(const RecordingLayout& layout) {
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const RecordedColumn& a = layout.columns[i];
    for (std::size_t k = 0; k < i; ++k) {
      const RecordedColumn& b = layout.columns[k];
      if (a.role != b.role) continue;
      const bool same = (a.role == ColumnRole::kSeries && a.series.name == b.series.name) ||
                        (a.role == ColumnRole::kOperation && a.operation == b.operation);
      if (same) {
        return absl::InvalidArgumentError(absl::StrCat("columns ", b.header, " (", k + 1, ".) and ", a.header, " (", i + 1,
                                                       ".) mean the same thing; rename one, or choose with --map"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status NeedClockAndSeries(const RecordingLayout& layout) {
  const auto has = [&](ColumnRole role) {
    return std::any_of(layout.columns.begin(), layout.columns.end(), [&](const RecordedColumn& c) { return c.role == role; });
  };
  std::vector<std::string> headers;
  for (const RecordedColumn& c : layout.columns) headers.push_back(c.header);
  const std::string found = absl::StrCat("found: ", absl::StrJoin(headers, ", ").substr(0, 300));
  if (!has(ColumnRole::kElapsed) && !has(ColumnRole::kWallTime)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no time column (t_s, elapsed_sec or timestamp); ", found, "; name one with --map time=COLUMN"));
  }
  if (!has(ColumnRole::kSeries)) {
    return absl::InvalidArgumentError(
        absl::StrCat("no memory or resource column; ", found, "; name one with --map rss=COLUMN:KB"));
  }
  return absl::OkStatus();
}

// One "what=column:unit" of a map.
absl::StatusOr<RecordedColumn> MappedColumn(std::string_view entry) {
  const std::vector<std::string> sides = absl::StrSplit(absl::string_view(entry.data(), entry.size()), absl::MaxSplits('=', 1));
  if (sides.size() != 2 || sides[0].empty() || sides[1].empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--map: '", std::string(entry), "' is not WHAT=COLUMN[:UNIT], such as rss=mem:KB"));
  }
  const std::vector<std::string> source = absl::StrSplit(sides[1], absl::MaxSplits(':', 1));
  const std::string unit = source.size() == 2 ? absl::AsciiStrToLower(source[1]) : "";
  RecordedColumn column;
  column.header = source[0];
  const std::string& what = sides[0];
  if (what == "time" || what == "elapsed") {
    column.role = ColumnRole::kElapsed;
    if (unit == "iso" || unit == "wall") column.role = ColumnRole::kWallTime;
    else if (unit == "ms") column.seconds = 0.001;
    else if (unit == "min") column.seconds = 60;
    else if (!unit.empty() && unit != "s") return absl::InvalidArgumentError(absl::StrCat("--map: time unit '", unit, "'; use s, ms, min or iso"));
    return column;
  }
  if (what == "load") return column.role = ColumnRole::kLoad, column.gauge = "calls_in_flight", column;
  if (what == "generation") return column.role = ColumnRole::kGeneration, column;
  if (what == "pid") return column.role = ColumnRole::kProcess, column;
  if (what.starts_with("ops.")) {
    column.role = ColumnRole::kOperation;
    column.operation = column.gauge = what.substr(4);
    column.counter = true;
    return column;
  }
  column.role = ColumnRole::kSeries;
  const bool gauge = what.starts_with("gauge.");
  if (unit == "kb") column.scale = kKb;
  else if (unit == "mb") column.scale = kMb;
  else if (unit == "gb") column.scale = kMb * 1024;
  else if (!unit.empty() && unit != "bytes" && unit != "b" && unit != "count") {
    return absl::InvalidArgumentError(absl::StrCat("--map: unit '", unit, "' of ", what, "; use bytes, KB, MB, GB or count"));
  }
  const std::string name = gauge ? what.substr(6) : what;
  const std::optional<RecordedColumn> known = ColumnOf(name);
  const bool bytes = unit.empty() ? (known && known->series.unit == "bytes" && !gauge) : unit != "count";
  column.series = ClassifySeries(name, bytes ? "bytes" : "count", false);
  column.gauge = known && !gauge ? known->gauge : name;
  return column;
}

absl::StatusOr<RecordingLayout> Mapped(const std::vector<std::string>& headers, const std::string& column_map) {
  RecordingLayout layout;
  layout.name = "mapped";
  for (const std::string& header : headers) layout.columns.push_back({header, ColumnRole::kIgnored, {}, 1, "", 1});
  for (absl::string_view entry : absl::StrSplit(column_map, ',', absl::SkipWhitespace())) {
    absl::StatusOr<RecordedColumn> column = MappedColumn(std::string_view(entry.data(), entry.size()));
    if (!column.ok()) return column.status();
    const auto at = std::find(headers.begin(), headers.end(), column->header);
    if (at == headers.end()) {
      return absl::InvalidArgumentError(absl::StrCat("--map names column '", column->header, "', but the header has: ",
                                                     absl::StrJoin(headers, ", ").substr(0, 300)));
    }
    layout.columns[at - headers.begin()] = *column;
  }
  return layout;
}

}  // namespace

absl::StatusOr<RecordingLayout> RecogniseLayout(const std::vector<std::string>& headers, const std::string& column_map) {
  RecordingLayout layout;
  if (!column_map.empty()) {
    absl::StatusOr<RecordingLayout> mapped = Mapped(headers, column_map);
    if (!mapped.ok()) return mapped.status();
    layout = *std::move(mapped);
  } else {
    layout.name = LayoutName(headers);
    const bool own = layout.name == "seep-wide";
    for (const std::string& header : headers) {
      std::optional<RecordedColumn> column = own ? OwnColumn(header) : ColumnOf(header);
      layout.columns.push_back(column ? *column : RecordedColumn{header, ColumnRole::kIgnored, {}, 1, "", 1});
    }
  }
  KeepOneClock(layout);
  const absl::Status once = EachOnce(layout);
  if (!once.ok()) return once;
  const absl::Status complete = NeedClockAndSeries(layout);
  if (!complete.ok()) return complete;
  return layout;
}

}  // namespace seep::analysis
