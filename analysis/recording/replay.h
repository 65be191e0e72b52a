// Judges a recording: the same calls that a live run makes.
#ifndef SEEP_ANALYSIS_RECORDING_REPLAY_H_
#define SEEP_ANALYSIS_RECORDING_REPLAY_H_

#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/recording/recording.h"
#include "analysis/verdict/run_judge.h"

namespace seep::analysis {

struct ReplayResult {
  RecordingLayout layout;
  std::vector<std::string> series_headers;  // by series index: the file's own column names
  std::uint64_t rows = 0;
  double seconds = 0;
  RunVerdict verdict;
  std::vector<std::string> notes;           // what the reader forgave
  std::vector<RunVerdict> looks;            // provisional, when asked for
};

struct ReplayOptions {
  RecordingOptions recording;
  JudgePolicy policy;
  std::vector<double> looks_s;              // ask for a provisional verdict at these times
  std::function<void(const RunSample&)> each_row;  // may be empty: for a picture
};

absl::StatusOr<ReplayResult> JudgeRecording(std::istream& in, const std::string& name, const ReplayOptions& options);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_RECORDING_REPLAY_H_
