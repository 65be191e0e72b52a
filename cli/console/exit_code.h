// What the process answers (experience.md); a leak found is never confused
// with a tool that broke.
#ifndef SEEP_CLI_CONSOLE_EXIT_CODE_H_
#define SEEP_CLI_CONSOLE_EXIT_CODE_H_

#include <vector>

#include "absl/status/status.h"
#include "seep/v1/run.pb.h"

namespace seep::cli {

enum class ExitCode : int {
  kClean = 0,
  kLeak = 1,
  kUsage = 2,         // usage, or a spec that is wrong
  kUndecided = 3,     // suspect, inconclusive or invalid
  kFailed = 4,        // run or agent failed, threshold missed
  kUnreachable = 5,   // coordinator not reachable, or it does not allow it
  kInterrupted = 130,
};

// Of a call that failed.
ExitCode ExitCodeOf(const absl::Status& status);

// Of one run that is over: its verdict, unless it failed or missed a threshold
// without a LEAK. A miss is certain, so it comes before what is undecided.
ExitCode ExitCodeOf(const v1::Run& run);

// Of several: a leak first, then a failure, then what is undecided.
ExitCode LoudestOf(const std::vector<ExitCode>& codes);

bool IsOver(v1::RunState state);

}  // namespace seep::cli

#endif  // SEEP_CLI_CONSOLE_EXIT_CODE_H_
