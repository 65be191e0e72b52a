// Our own JSON lines as runs again (`cli/render/json_lines.h` has the format).
//
// Threads: main only.
// Failure: kInvalidArgument, "file:line: path: what is wrong, what to do".
// Bound:   lines of kLongestLine; the sender's own.
#ifndef SEEP_CLI_RECORDINGS_JSON_LINES_SOURCE_H_
#define SEEP_CLI_RECORDINGS_JSON_LINES_SOURCE_H_

#include <streambuf>
#include <string>

#include "absl/status/status.h"
#include "cli/recordings/run_sender.h"

namespace seep::cli {

inline constexpr std::size_t kLongestJsonLine = 4 << 20;

absl::Status SendJsonLines(std::streambuf& in, const std::string& name, RunSender& sender);

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_JSON_LINES_SOURCE_H_
