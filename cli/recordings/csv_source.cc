#include "cli/recordings/csv_source.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/recordings/prometheus_names.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

using analysis::ColumnRole;
using analysis::RecordedColumn;

constexpr std::uint32_t kMaxGenerations = 100'000;

// The seeds' monitors and /proc look from outside; a host tells the rest.
constexpr std::string_view kOutside[] = {"rss", "pss", "uss", "anonymous", "swap", "vsz", "cpu_percent", "memory_percent", "threads", "fds",
                                         "tcp_connections", "processes", "minor_faults", "major_faults", "voluntary_switches",
                                         "involuntary_switches", "read_bytes", "written_bytes", "sampling_cost"};

v1::GaugeOrigin OriginOf(const RecordedColumn& column) {
  if (column.role == ColumnRole::kOperation || column.role == ColumnRole::kLoad || column.gauge.starts_with("errors")) return v1::GAUGE_ORIGIN_SCENARIO;
  const bool outside = std::find(std::begin(kOutside), std::end(kOutside), column.gauge) != std::end(kOutside);
  return outside ? v1::GAUGE_ORIGIN_OUTSIDE : v1::GAUGE_ORIGIN_INSIDE;
}

v1::Phase PhaseOf(std::string_view word) {
  if (word == "baseline") return v1::PHASE_BASELINE;
  if (word == "warm_up") return v1::PHASE_WARM_UP;
  if (word == "cool_down") return v1::PHASE_COOL_DOWN;
  return word == "teardown" ? v1::PHASE_TEARDOWN : v1::PHASE_SOAK;
}

class CsvRun {
 public:
  CsvRun(const std::string& name, const std::string& layout, const v1::Run& run, RunSender& sender)
      : name_(name), wanted_(layout), run_(run), sender_(sender) {}

  absl::Status Begin(const analysis::RecordingLayout& layout);
  absl::Status Row(const analysis::RecordedRow& row);
  absl::Status End();
  void Invalid(const std::string& reason) {
    if (invalid_.empty()) invalid_ = reason;
  }
  void Note(const std::string& note) { result_.notes.push_back(note); }
  CsvRecording TakeResult() { return std::move(result_); }

 private:
  absl::Status DefineColumn(const RecordedColumn& column);
  void Life(const analysis::RecordedRow& row, std::uint32_t generation, std::int64_t at_us);

  const std::string& name_;
  const std::string& wanted_;
  const v1::Run& run_;
  RunSender& sender_;
  CsvRecording result_;
  std::string invalid_;
  std::set<std::string> names_;
  std::vector<std::uint32_t> series_, operations_;  // ids by index; 0: not kept
  std::uint32_t load_ = 0;
  int first_generation_ = 0;
  bool begun_ = false;
  std::vector<v1::GenerationInfo> lives_;
};

absl::Status CsvRun::Begin(const analysis::RecordingLayout& layout) {
  result_.layout = layout.name;
  const std::string wanted = wanted_ == "wide" ? "seep-wide" : wanted_ == "go-memtest-heap" ? "go-memtest" : wanted_;
  if (!wanted.empty() && wanted != "csv" && wanted != layout.name) {
    return absl::InvalidArgumentError(absl::StrCat(name_, ":1: the columns are those of layout ", layout.name, ", not of ", Printable(wanted_),
                                                   "; leave --layout out, or say with --map what is what"));
  }
  v1::Run run = run_;
  run.mutable_origin()->set_layout(layout.name);
  SEEP_RETURN_IF_ERROR(sender_.Begin(std::move(run)));
  for (const RecordedColumn& column : layout.columns) SEEP_RETURN_IF_ERROR(DefineColumn(column));
  return absl::OkStatus();
}

absl::Status CsvRun::DefineColumn(const RecordedColumn& column) {
  const bool series = column.role == ColumnRole::kSeries, operation = column.role == ColumnRole::kOperation;
  if (!series && !operation && column.role != ColumnRole::kLoad) return absl::OkStatus();
  std::string gauge = GaugeNameOf(column.gauge.empty() ? column.header : column.gauge);
  if (!names_.insert(gauge).second) gauge = GaugeNameOf(column.header);
  if (gauge != GaugeNameOf(column.gauge) && !names_.insert(gauge).second) {
    return absl::InvalidArgumentError(absl::StrCat(name_, ":1: column ", Printable(column.header), " would be a second gauge '", gauge,
                                                   "'; choose columns with --map"));
  }
  v1::GaugeDefinition definition;
  definition.set_id(static_cast<std::uint32_t>(names_.size()));
  definition.set_name(gauge);
  definition.set_unit(series ? column.series.unit : "count");
  definition.set_kind(column.counter ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
  definition.set_origin(OriginOf(column));
  definition.set_operation(operation);
  if (series) series_.push_back(definition.id());
  else if (operation) operations_.push_back(definition.id());
  else load_ = definition.id();
  const absl::Status defined = sender_.Define(std::move(definition));
  return defined.ok() ? defined : absl::InvalidArgumentError(absl::StrCat(name_, ":1: ", defined.message()));
}

// Where a recording tells processes apart, each life has its pid.
void CsvRun::Life(const analysis::RecordedRow& row, std::uint32_t generation, std::int64_t at_us) {
  if (!row.process || lives_.size() >= kMaxGenerations) return;
  if (!lives_.empty() && lives_.back().generation() == generation) return;
  const auto at_ms = static_cast<std::uint64_t>(at_us / 1000);
  if (!lives_.empty()) lives_.back().set_ended_at_ms(at_ms);
  v1::GenerationInfo& life = lives_.emplace_back();
  life.set_generation(generation);
  life.set_pid(static_cast<std::int64_t>(*row.process));
  life.set_started_at_ms(at_ms);
}

absl::Status CsvRun::Row(const analysis::RecordedRow& row) {
  if (!begun_) first_generation_ = std::min(row.sample.generation, 1);
  begun_ = true;
  v1::Sample sample;
  // A clock that runs back makes the run INVALID; its samples are kept all the same.
  sample.set_monotonic_us(std::max<std::int64_t>(std::llround(row.sample.t_s * 1e6), 0));
  if (row.wall_s && *row.wall_s > 0 && *row.wall_s < 1e11) sample.set_wall_us(std::llround(*row.wall_s * 1e6));
  sample.set_generation(static_cast<std::uint32_t>(std::max(row.sample.generation - first_generation_ + 1, 1)));
  sample.set_phase(PhaseOf(row.phase));
  const auto put = [&](const std::vector<std::uint32_t>& ids, std::span<const double> values) {
    for (std::size_t i = 0; i < ids.size() && i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      sample.add_gauge(ids[i]);
      sample.add_value(values[i]);
    }
  };
  put(series_, row.sample.values);
  put(operations_, row.sample.operations);
  if (load_ > 0 && !std::isnan(row.sample.load)) {
    sample.add_gauge(load_);
    sample.add_value(row.sample.load);
  }
  Life(row, sample.generation(), sample.monotonic_us());
  return sender_.Add(std::move(sample));
}

absl::Status CsvRun::End() {
  v1::ImportRunsRequest rest;
  for (v1::GenerationInfo& life : lives_) *rest.add_generations() = std::move(life);
  rest.set_invalid(invalid_);
  for (const std::string& note : result_.notes) {
    v1::RunEvent& event = *rest.add_events();
    event.set_kind("note");
    event.set_message(note.substr(0, 4000));
  }
  return rest.ByteSizeLong() == 0 ? absl::OkStatus() : sender_.Send(std::move(rest));
}

}  // namespace

absl::StatusOr<CsvRecording> SendCsv(std::istream& in, const std::string& name, const std::string& column_map, const std::string& layout,
                                     const v1::Run& run, RunSender& sender) {
  CsvRun recorded(name, layout, run, sender);
  analysis::RecordingSink sink;
  sink.begin = [&](const analysis::RecordingLayout& found) { return recorded.Begin(found); };
  sink.row = [&](const analysis::RecordedRow& row) { return recorded.Row(row); };
  sink.invalid = [&](const std::string& reason) { recorded.Invalid(reason); };
  sink.note = [&](const std::string& note) { recorded.Note(note); };
  analysis::RecordingOptions options;
  options.column_map = column_map;
  options.most_columns = RunSender::kMaxGauges + 8;  // clocks and the like
  SEEP_RETURN_IF_ERROR(analysis::ReadRecording(in, name, options, sink));
  SEEP_RETURN_IF_ERROR(recorded.End());
  return recorded.TakeResult();
}

}  // namespace seep::cli
