// A CSV recording as a run: each column that is known is a gauge by Seep's own
// name, whatever the layout calls it.
//
// Threads: main only.
// Failure: as ReadRecording: kInvalidArgument with file and line.
#ifndef SEEP_CLI_RECORDINGS_CSV_SOURCE_H_
#define SEEP_CLI_RECORDINGS_CSV_SOURCE_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/recording/recording.h"
#include "cli/recordings/run_sender.h"

namespace seep::cli {

struct CsvRecording {
  std::string layout;              // as recognised
  std::vector<std::string> notes;  // what was forgiven
};

// `layout`: the one that it must be; empty: any. `run` is what is known of it.
absl::StatusOr<CsvRecording> SendCsv(std::istream& in, const std::string& name, const std::string& column_map, const std::string& layout,
                                     const v1::Run& run, RunSender& sender);

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_CSV_SOURCE_H_
