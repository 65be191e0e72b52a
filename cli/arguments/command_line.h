// argv as an Invocation, or what to say instead.
//
// Failure: none; a usage error is an answer with exit code 2 and, for a typo,
//          the nearest word that there is.
#ifndef SEEP_CLI_ARGUMENTS_COMMAND_LINE_H_
#define SEEP_CLI_ARGUMENTS_COMMAND_LINE_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments/invocation.h"
#include "cli/console/environment.h"

namespace seep::cli {

struct ParsedCommandLine {
  std::optional<Invocation> invocation;
  // Otherwise: help for stdout (exit 0) or a complaint for stderr (exit 2).
  std::string text;
  bool is_help = false;
};

// `arguments` without the program's name. Flags win over SEEP_SERVER and the
// like, which `environment` holds.
ParsedCommandLine ParseCommandLine(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace seep::cli

#endif  // SEEP_CLI_ARGUMENTS_COMMAND_LINE_H_
