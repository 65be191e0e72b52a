#include "analysis/recording/recording.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace seep::analysis {
namespace {

// What of a user's text is fit to be printed.
std::string Printable(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 40)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out;
}

// One line without its end; false at the end of the stream. A line longer than
// kLongestLine is cut, which the caller refuses.
bool ReadLine(std::istream& in, std::string& line) {
  line.clear();
  std::streambuf* buffer = in.rdbuf();
  for (int c = buffer->sbumpc();; c = buffer->sbumpc()) {
    if (c == std::char_traits<char>::eof()) return !line.empty();
    if (c == '\n') break;
    if (line.size() > kLongestLine) break;
    line.push_back(static_cast<char>(c));
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

// RFC 4180 fields of one line; quotes may enclose commas but not line ends.
bool Split(const std::string& line, std::vector<std::string_view>& fields, std::vector<std::string>& unquoted) {
  fields.clear();
  unquoted.clear();
  if (line.find('"') == std::string::npos) {
    std::size_t from = 0;
    for (std::size_t i = 0; i <= line.size(); ++i) {
      if (i < line.size() && line[i] != ',') continue;
      fields.push_back(std::string_view(line).substr(from, i - from));
      from = i + 1;
    }
    return true;
  }
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') field += line[i++];
      else quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      unquoted.push_back(std::move(field));
      field.clear();
    } else {
      field += line[i];
    }
  }
  unquoted.push_back(std::move(field));
  for (const std::string& f : unquoted) fields.push_back(f);
  return !quoted;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> Number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// RFC 3339, "2026-01-31 12:00:00", or seconds since 1970.
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
      : in_(in), name_(name), options_(options), sink_(sink) {}

  absl::Status Read();

 private:
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(name_, ":", line_number_, ": ", std::string(what)));
  }
  absl::Status Bad(const RecordedColumn& column, std::string_view text, std::string_view wanted) const {
    return Error(absl::StrCat("column ", Printable(column.header), ": '", Printable(text), "' is not ", std::string(wanted)));
  }
  absl::Status Header();
  absl::Status Row();
  absl::Status Field(const RecordedColumn& column, std::string_view text, std::size_t& series, std::size_t& operation);
  absl::Status Clock(const RecordedColumn& column, std::string_view text);

  std::istream& in_;
  const std::string& name_;
  const RecordingOptions& options_;
  const RecordingSink& sink_;
  RecordingLayout layout_;
  std::string line_;
  std::vector<std::string_view> fields_;
  std::vector<std::string> unquoted_;
  std::uint64_t line_number_ = 0, rows_ = 0;
  std::vector<double> values_, operations_, last_operations_;
  RunSample sample_;
  std::optional<double> wall_start_, process_;
  bool operations_fell_ = false, generation_known_ = false;
};

absl::Status Reader::Header() {
  ++line_number_;
  if (!ReadLine(in_, line_)) return Error("the file is empty");
  if (line_.size() > kLongestLine || line_.find('\0') != std::string::npos) return Error("not a CSV file: binary data");
  if (line_.starts_with("\xef\xbb\xbf")) line_.erase(0, 3);
  if (!Split(line_, fields_, unquoted_)) return Error("a quoted field does not end on its line");
  if (fields_.size() > kMostColumns) return Error(absl::StrCat(fields_.size(), " columns; at most ", kMostColumns));
  std::vector<std::string> headers;
  for (std::string_view field : fields_) headers.emplace_back(Trimmed(field));
  for (std::string& header : headers) header = Printable(header);
  absl::StatusOr<RecordingLayout> layout = RecogniseLayout(headers, options_.column_map);
  if (!layout.ok()) return Error(std::string(layout.status().message()));
  layout_ = *std::move(layout);
  for (const RecordedColumn& column : layout_.columns) {
    if (column.role == ColumnRole::kSeries) values_.push_back(kUnknown);
    if (column.role == ColumnRole::kOperation) operations_.push_back(kUnknown);
    generation_known_ |= column.role == ColumnRole::kGeneration || column.role == ColumnRole::kProcess;
  }
  last_operations_.assign(operations_.size(), 0);
  if (operations_.size() > static_cast<std::size_t>(32)) return Error("more than 32 operation counters");
  if (sink_.begin) sink_.begin(layout_);
  return absl::OkStatus();
}

absl::Status Reader::Clock(const RecordedColumn& column, std::string_view text) {
  if (column.role == ColumnRole::kElapsed) {
    const std::optional<double> t = Number(text);
    if (!t) return Bad(column, text, "a time in seconds");
    if (*t < 0) return Bad(column, text, "a time since the start: it is negative");
    sample_.t_s = *t * column.seconds;
    return absl::OkStatus();
  }
  const std::optional<double> wall = WallSeconds(text);
  if (!wall) return Bad(column, text, "a time such as 2026-01-31T12:00:00Z");
  if (!wall_start_) wall_start_ = wall;
  sample_.t_s = *wall - *wall_start_;
  return absl::OkStatus();
}

absl::Status Reader::Field(const RecordedColumn& column, std::string_view text, std::size_t& series,
                           std::size_t& operation) {
  if (column.role == ColumnRole::kElapsed || column.role == ColumnRole::kWallTime) return Clock(column, text);
  double* target = nullptr;
  if (column.role == ColumnRole::kSeries) target = &values_[series++];
  if (column.role == ColumnRole::kOperation) target = &operations_[operation++];
  if (text.empty()) {
    if (target != nullptr) *target = kUnknown;
    return absl::OkStatus();
  }
  const std::optional<double> value = Number(text);
  if (!value) return Bad(column, text, "a number (leave a missing sample empty)");
  switch (column.role) {
    case ColumnRole::kSeries: *target = *value * column.scale; break;
    case ColumnRole::kOperation: {
      if (*value < 0) return Bad(column, text, "a count: it is negative");
      double& last = last_operations_[operation - 1];
      if (*value < 0.5 * last) operations_fell_ = true;
      last = *value;
      *target = *value;
      break;
    }
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

absl::Status Reader::Row() {
  if (line_.size() > kLongestLine) return Error(absl::StrCat("a line of more than ", kLongestLine, " bytes"));
  if (line_.find('\0') != std::string::npos) return Error("binary data");
  if (!Split(line_, fields_, unquoted_)) return Error("a quoted field does not end on its line");
  if (fields_.size() != layout_.columns.size()) {
    return Error(absl::StrCat(fields_.size(), " fields where the header has ", layout_.columns.size()));
  }
  sample_.load = kUnknown;
  operations_fell_ = false;
  std::size_t series = 0, operation = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (layout_.columns[i].role == ColumnRole::kIgnored) continue;
    const absl::Status status = Field(layout_.columns[i], Trimmed(fields_[i]), series, operation);
    if (!status.ok()) return status;
  }
  // A counter that begins again means a process that began again.
  if (operations_fell_ && !generation_known_) ++sample_.generation;
  sample_.values = values_;
  sample_.operations = operations_;
  if (sink_.row) sink_.row(sample_);
  return absl::OkStatus();
}

absl::Status Reader::Read() {
  const absl::Status header = Header();
  if (!header.ok()) return header;
  while (ReadLine(in_, line_)) {
    ++line_number_;
    if (Trimmed(line_).empty()) continue;
    if (++rows_ > options_.most_rows) return Error(absl::StrCat("more than ", options_.most_rows, " rows"));
    const absl::Status row = Row();
    if (!row.ok()) return row;
  }
  if (rows_ < 2) {
    return Error(rows_ == 0 ? "the recording has no rows: nothing to judge" : "the recording has one row: two at least make a trend");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRecording(std::istream& in, const std::string& name, const RecordingOptions& options,
                           const RecordingSink& sink) {
  return Reader(in, name, options, sink).Read();
}

}  // namespace seep::analysis
