// One recording read and judged, with the pictures of its series.
//
// Threads: main only. Owns: the open file while it reads.
// Failure: kInvalidArgument with file, line and what to do.
#ifndef SEEP_CLI_COMMANDS_JUDGED_RECORDING_H_
#define SEEP_CLI_COMMANDS_JUDGED_RECORDING_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analysis/recording/replay.h"
#include "cli/arguments/invocation.h"
#include "cli/render/chart.h"
#include "cli/render/picture.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

struct JudgedRecording {
  v1::GetReportResponse report;
  analysis::ReplayResult result;
  std::map<std::string, Picture> pictures;  // by series
  std::map<std::string, Chart> charts;
};

// What --rules, --map and --budget ask for; an error names the flag.
absl::StatusOr<analysis::ReplayOptions> ReplayOptionsOf(const Invocation& invocation);

// `path` may be "-": standard input.
absl::StatusOr<JudgedRecording> JudgeFile(const std::string& path, analysis::ReplayOptions options, bool pictures);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_JUDGED_RECORDING_H_
