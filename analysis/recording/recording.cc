#include "analysis/recording/recording.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "analysis/recording/csv_lines.h"

namespace seep::analysis {
namespace {

constexpr double kLongestRun_s = 1e10;    // three hundred years: whatever says more is no time
constexpr double kLargestValue = 1e18;    // an exabyte
constexpr double kClockTrouble_s = 1;     // as the judge's own rule

// What of a user's text is fit to be printed.
std::string Printable(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 40)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out;
}

std::optional<double> Number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Monitors that could not read a gauge write one of these.
bool IsMissing(std::string_view text) {
  return text.empty() || text == "N/A" || text == "n/a" || text == "NA" || text == "null" || text == "-";
}

// As our own export writes it. Only soak is fitted; a baseline comes before it.
Phase PhaseOf(std::string_view word) {
  if (word == "warm_up" || word == "baseline") return Phase::kWarmUp;
  if (word == "cool_down") return Phase::kCoolDown;
  return word == "teardown" ? Phase::kTeardown : Phase::kSoak;
}

// RFC 3339, "2026-01-31 12:00:00", or seconds (milliseconds) since 1970.
std::optional<double> WallSeconds(std::string_view text) {
  if (const std::optional<double> seconds = Number(text)) return *seconds > 1e11 ? *seconds / 1000 : *seconds;
  absl::Time time;
  std::string error;
  const absl::string_view view(text.data(), text.size());
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%d_%H:%M:%E*S"}) {
    if (absl::ParseTime(format, view, &time, &error)) return absl::ToDoubleSeconds(time - absl::UnixEpoch());
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(std::istream& in, const std::string& name, const RecordingOptions& options, const RecordingSink& sink)
      : lines_(in), name_(name), options_(options), sink_(sink) {}

  absl::Status Read();

  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(name_, ":", std::max<std::uint64_t>(lines_.number(), 1), ": ", std::string(what)));
  }

 private:
  absl::Status Bad(const RecordedColumn& column, std::string_view text, std::string_view wanted) const {
    return Error(absl::StrCat("column ", Printable(column.header), ": '", Printable(text), "' is not ", std::string(wanted)));
  }
  absl::Status Header();
  absl::Status HeaderLine();
  absl::Status Row();
  absl::Status RightWidth();
  absl::Status Fields();
  absl::Status Field(const RecordedColumn& column, std::string_view text, std::size_t& series, std::size_t& operation);
  absl::Status Count(const RecordedColumn& column, std::string_view text, double value, std::size_t operation);
  absl::Status Clock(const RecordedColumn& column, std::string_view text);
  absl::Status CheckClock();

  CsvLines lines_;
  const std::string& name_;
  const RecordingOptions& options_;
  const RecordingSink& sink_;
  RecordingLayout layout_;
  std::uint64_t rows_ = 0;
  std::vector<double> values_, operations_, last_operations_;
  RunSample sample_;
  std::optional<double> wall_start_, wall_, process_, first_t_, last_t_;
  std::string_view phase_;
  bool operations_fell_ = false, generation_known_ = false, skip_ = false, advanced_ = false, clock_told_ = false;
};

// The first line that is neither blank nor a comment.
absl::Status Reader::HeaderLine() {
  while (lines_.Next()) {
    const std::string trouble = lines_.Trouble();
    if (!trouble.empty()) return Error(trouble);
    if (lines_.blank() || lines_.text().starts_with("#")) continue;
    lines_.LearnSeparator();
    return lines_.Split() ? absl::OkStatus() : Error("a quoted field does not end on its line");
  }
  return Error(lines_.number() == 0 ? "the file is empty" : "the file has no header line");
}

absl::Status Reader::Header() {
  const absl::Status line = HeaderLine();
  if (!line.ok()) return line;
  const auto& fields = lines_.fields();
  if (fields.size() > options_.most_columns) return Error(absl::StrCat(fields.size(), " columns; at most ", options_.most_columns));
  if (Number(fields[0]) || (fields.size() > 1 && Number(fields[1]))) {
    return Error("the first line holds numbers, not the names of the columns; put a header above it, such as t_s,rss_kb");
  }
  std::vector<std::string> headers;
  for (std::string_view field : fields) headers.push_back(Printable(field));
  absl::StatusOr<RecordingLayout> layout = RecogniseLayout(headers, options_.column_map);
  if (!layout.ok()) return Error(std::string(layout.status().message()));
  layout_ = *std::move(layout);
  for (const RecordedColumn& column : layout_.columns) {
    if (column.role == ColumnRole::kSeries) values_.push_back(kUnknown);
    if (column.role == ColumnRole::kOperation) operations_.push_back(kUnknown);
    generation_known_ |= column.role == ColumnRole::kGeneration || column.role == ColumnRole::kProcess;
  }
  last_operations_.assign(operations_.size(), 0);
  if (operations_.size() > static_cast<std::size_t>(kMostOperations)) {
    return Error(absl::StrCat("more than ", kMostOperations, " operation counters"));
  }
  return sink_.begin ? sink_.begin(layout_) : absl::OkStatus();
}

absl::Status Reader::Clock(const RecordedColumn& column, std::string_view text) {
  if (column.role == ColumnRole::kElapsed) {
    const std::optional<double> t = Number(text);
    if (!t) return Bad(column, text, "a time in seconds");
    if (*t < 0) return Bad(column, text, "a time since the start: it is negative");
    sample_.t_s = *t * column.seconds;
  } else {
    const std::optional<double> wall = WallSeconds(text);
    if (!wall) return Bad(column, text, "a time such as 2026-01-31T12:00:00Z");
    if (!wall_start_) wall_start_ = wall;
    wall_ = wall;
    sample_.t_s = *wall - *wall_start_;
  }
  return std::abs(sample_.t_s) <= kLongestRun_s ? absl::OkStatus() : Bad(column, text, "a time of any run");
}

// A clock that runs backwards leaves a recording that nobody can judge.
absl::Status Reader::CheckClock() {
  if (!first_t_) first_t_ = last_t_ = sample_.t_s;
  advanced_ |= sample_.t_s > *first_t_;
  if (sample_.t_s < *last_t_ - kClockTrouble_s && !clock_told_) {
    clock_told_ = true;
    if (sink_.invalid) {
      sink_.invalid(absl::StrCat(name_, ":", lines_.number(), ": the time goes back from ", *last_t_, " s to ", sample_.t_s,
                                 " s; are these several runs in one file? Give each a file of its own"));
    }
  }
  last_t_ = std::max(*last_t_, sample_.t_s);
  return absl::OkStatus();
}

absl::Status Reader::Count(const RecordedColumn& column, std::string_view text, double value, std::size_t operation) {
  if (value < 0) return Bad(column, text, "a count: it is negative");
  double& last = last_operations_[operation];
  if (value < 0.5 * last) operations_fell_ = true;
  last = value;
  operations_[operation] = value;
  return absl::OkStatus();
}

absl::Status Reader::Field(const RecordedColumn& column, std::string_view text, std::size_t& series,
                           std::size_t& operation) {
  if (column.role == ColumnRole::kElapsed || column.role == ColumnRole::kWallTime) return Clock(column, text);
  if (column.role == ColumnRole::kWallLabel) return wall_ = WallSeconds(text), absl::OkStatus();
  if (column.role == ColumnRole::kPhase) {
    phase_ = text;
    sample_.phase = PhaseOf(text);
    return absl::OkStatus();
  }
  double* target = nullptr;
  if (column.role == ColumnRole::kSeries) target = &values_[series++];
  if (column.role == ColumnRole::kOperation) target = &operations_[operation++];
  if (target != nullptr) *target = kUnknown;
  if (IsMissing(text)) return absl::OkStatus();
  const std::optional<double> value = Number(text);
  if (!value) return Bad(column, text, "a number (leave a missing sample empty)");
  if (std::abs(*value) * column.scale > kLargestValue) return Bad(column, text, "an amount of this world");
  switch (column.role) {
    case ColumnRole::kSeries:
      if (*value < 0 && column.series.unit == "bytes") return Bad(column, text, "an amount of memory: it is negative");
      *target = *value * column.scale;
      break;
    case ColumnRole::kOperation: return Count(column, text, *value, operation - 1);
    case ColumnRole::kLoad: sample_.load = *value; break;
    case ColumnRole::kGeneration:
      if (std::abs(*value) > 1e9) return Bad(column, text, "a generation number");
      sample_.generation = static_cast<int>(*value);
      break;
    case ColumnRole::kProcess:
      if (process_ && *process_ != *value) ++sample_.generation;
      process_ = *value;
      break;
    default: break;
  }
  return absl::OkStatus();
}

// As wide as the header; a comma too many at the end, or a last line that a
// killed recorder did not finish, is no reason to refuse hours of samples.
absl::Status Reader::RightWidth() {
  const auto& fields = lines_.fields();
  const std::size_t wanted = layout_.columns.size();
  skip_ = fields.size() < wanted && lines_.cut_off() && rows_ > 2;
  if (skip_) {
    if (sink_.note) sink_.note(absl::StrCat(name_, ":", lines_.number(), ": the last line is cut off and was left out"));
    return absl::OkStatus();
  }
  bool only_empty = fields.size() > wanted;
  for (std::size_t i = wanted; i < fields.size(); ++i) only_empty &= fields[i].empty();
  if (fields.size() == wanted || only_empty) return absl::OkStatus();
  return Error(absl::StrCat(fields.size(), fields.size() == 1 ? " field" : " fields", " where the header has ", wanted));
}

absl::Status Reader::Fields() {
  sample_.load = kUnknown;
  wall_.reset();
  operations_fell_ = false;
  std::size_t series = 0, operation = 0;
  for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
    if (layout_.columns[i].role == ColumnRole::kIgnored) continue;
    const absl::Status status = Field(layout_.columns[i], lines_.fields()[i], series, operation);
    if (!status.ok()) return status;
  }
  // A counter that begins again means a process that began again.
  if (operations_fell_ && !generation_known_) ++sample_.generation;
  return CheckClock();
}

absl::Status Reader::Row() {
  const std::string trouble = lines_.Trouble();
  if (!trouble.empty()) return Error(trouble);
  if (!lines_.Split() && !lines_.cut_off()) return Error("a quoted field does not end on its line");
  const absl::Status width = RightWidth();
  if (!width.ok() || skip_) return width;
  const absl::Status fields = Fields();
  if (!fields.ok()) return fields;
  sample_.values = values_;
  sample_.operations = operations_;
  return sink_.row ? sink_.row({sample_, wall_, process_, phase_}) : absl::OkStatus();
}

absl::Status Reader::Read() {
  const absl::Status header = Header();
  if (!header.ok()) return header;
  while (lines_.Next()) {
    if (lines_.blank()) continue;
    if (++rows_ > options_.most_rows) return Error(absl::StrCat("more than ", options_.most_rows, " rows"));
    const absl::Status row = Row();
    if (!row.ok()) return row;
  }
  if (rows_ < 2) {
    return Error(rows_ == 0 ? "the recording has no rows: nothing to judge" : "the recording has one row: two at least make a trend");
  }
  if (!advanced_ && sink_.invalid) sink_.invalid(absl::StrCat("the time never advances: all ", rows_, " rows are at ", *first_t_, " s"));
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRecording(std::istream& in, const std::string& name, const RecordingOptions& options,
                           const RecordingSink& sink) {
  Reader reader(in, name, options, sink);
  try {
    return reader.Read();
  } catch (const std::ios_base::failure&) {  // libstdc++ throws when the file below fails
    return reader.Error("cannot be read any further: the system reports an input error");
  }
}

}  // namespace seep::analysis
