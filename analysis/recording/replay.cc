#include "analysis/recording/replay.h"

namespace seep::analysis {

absl::StatusOr<ReplayResult> JudgeRecording(std::istream& in, const std::string& name, const ReplayOptions& options) {
  ReplayResult result;
  RunJudge judge(options.policy);
  std::size_t next_look = 0;
  RecordingSink sink;
  sink.begin = [&](const RecordingLayout& layout) {
    result.layout = layout;
    for (const RecordedColumn& column : layout.columns) {
      if (column.role == ColumnRole::kOperation) judge.AddOperation(column.operation);
      if (column.role != ColumnRole::kSeries) continue;
      judge.AddSeries(column.series);
      result.series_headers.push_back(column.header);
    }
    return absl::OkStatus();
  };
  sink.row = [&](const RecordedRow& row) {
    const RunSample& sample = row.sample;
    while (next_look < options.looks_s.size() && sample.t_s > options.looks_s[next_look]) {
      result.looks.push_back(judge.Provisional());
      ++next_look;
    }
    judge.AddSample(sample);
    ++result.rows;
    result.seconds = sample.t_s;
    if (options.each_row) options.each_row(sample);
    return absl::OkStatus();
  };
  sink.invalid = [&](const std::string& reason) { judge.MarkInvalid(reason); };
  sink.note = [&](const std::string& note) { result.notes.push_back(note); };
  const absl::Status read = ReadRecording(in, name, options.recording, sink);
  if (!read.ok()) return read;
  result.verdict = judge.Final();
  return result;
}

}  // namespace seep::analysis
