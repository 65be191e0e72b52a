// What every command works with.
#ifndef SEEP_CLI_COMMANDS_SESSION_H_
#define SEEP_CLI_COMMANDS_SESSION_H_

#include <string>

#include "absl/status/status.h"
#include "cli/arguments/invocation.h"
#include "cli/console/console.h"
#include "cli/console/environment.h"
#include "cli/console/exit_code.h"
#include "cli/console/interruption.h"

namespace seep::cli {

struct Session {
  const Invocation& invocation;
  const Environment& environment;
  Console& console;
  Interruption& interruption;
  std::string binary_directory;
};

// Says what went wrong on stderr ("seep run: ...", one line a problem) and
// answers the exit code for it.
ExitCode Fail(Session& session, const absl::Status& status);

// Runs the invocation's command.
ExitCode RunCommand(Session& session);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_SESSION_H_
