// What the seeds' harnesses print, and `seep run` too, as a run: its periodic
// lines, or the time table of a report where there are none. Other lines of a
// log are passed over.
//
//   [00:00:30] HeapAlloc=47.12MB (+2.12MB) Goroutines=44 Payments=6 Listeners=2
//   5.0        48.50MB      +6.5MB     +1300         44          60
//
// Threads: main only.
// Failure: kInvalidArgument, "file:line: NAME: what is wrong, what to do".
// Bound:   lines of 64 KiB; the sender's own.
#ifndef SEEP_CLI_RECORDINGS_HARNESS_LOG_SOURCE_H_
#define SEEP_CLI_RECORDINGS_HARNESS_LOG_SOURCE_H_

#include <istream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "cli/recordings/run_sender.h"

namespace seep::cli {

// Whether a file that begins so is such a log.
bool LooksLikeHarnessLog(std::string_view beginning);

absl::Status SendHarnessLog(std::istream& in, const std::string& name, const v1::Run& run, RunSender& sender);

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_HARNESS_LOG_SOURCE_H_
