// Recorded runs as CSV: the seeds' layouts, both corpus layouts, anything with a map.
// Commas, semicolons or tabs; a comma too many at the end of a row, blank lines
// and "#" lines above the header are forgiven.
//
// The only parsing in analysis/. Reads from a stream that somebody else
// opened, a line at a time: a recording of any length costs one line of memory.
//
// Threads: none. Owns: nothing of the stream.
// Failure: kInvalidArgument, "file:line: column: what is wrong, what to do".
#ifndef SEEP_ANALYSIS_RECORDING_RECORDING_H_
#define SEEP_ANALYSIS_RECORDING_RECORDING_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analysis/verdict/run_judge.h"

namespace seep::analysis {

enum class ColumnRole : std::uint8_t {
  kIgnored,
  kElapsed,
  kWallTime,
  kWallLabel,  // a time of the calendar beside the clock that counts
  kSeries,
  kOperation,
  kLoad,
  kGeneration,
  kProcess,
  kPhase,
};

struct RecordedColumn {
  std::string header;             // as it stands in the file
  ColumnRole role = ColumnRole::kIgnored;
  SeriesSpec series;              // kSeries; unit "bytes" whatever the file's unit is
  double scale = 1;               // file's unit in the series' unit: 1024 for KB
  std::string operation;          // kOperation
  double seconds = 1;             // kElapsed: the file's unit in seconds
  std::string gauge = {};         // what an import keeps it under; empty: it does not
  bool counter = false;           // only goes up, within a life at least
};

struct RecordingLayout {
  std::string name;               // "go-memtest", "rust-memtest", "node-monitor", "corpus", "seep-wide", "mapped", "by column names"
  std::vector<RecordedColumn> columns;
};

// One row; all of it is valid during the call only.
struct RecordedRow {
  RunSample sample;                // as the judge takes it
  std::optional<double> wall_s;    // Unix time, where the file tells it
  std::optional<double> process;   // the pid
  std::string_view phase;          // as it stands in the file
};

struct RecordingSink {
  std::function<absl::Status(const RecordingLayout&)> begin;
  std::function<absl::Status(const RecordedRow&)> row;  // an error ends the reading
  // Why the recording as a whole cannot be judged (its clock): before the row
  // that shows it, or at the end.
  std::function<void(const std::string&)> invalid = {};
  // What was forgiven: "run.csv:900: the last line is cut off and was left out".
  std::function<void(const std::string&)> note = {};
};

inline constexpr std::size_t kMostColumns = 256;

struct RecordingOptions {
  // "time=t,rss=mem:KB,ops.payments=n,gauge.streams=s,load=inflight,generation=epoch":
  // what to take from which column. Empty: recognised by the headers.
  std::string column_map;
  std::uint64_t most_rows = 100'000'000;
  std::size_t most_columns = kMostColumns;
};

inline constexpr int kMostOperations = 32;

// `name` is what errors call the recording (its path).
absl::Status ReadRecording(std::istream& in, const std::string& name, const RecordingOptions& options,
                           const RecordingSink& sink);

// What a header that is known by its name means, in any layout: the seeds' own
// column titles among them.
std::optional<RecordedColumn> ColumnOf(const std::string& header);

// The layout that these headers belong to; an error says which column lacks.
absl::StatusOr<RecordingLayout> RecogniseLayout(const std::vector<std::string>& headers, const std::string& column_map);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_RECORDING_RECORDING_H_
