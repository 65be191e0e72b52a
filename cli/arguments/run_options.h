// The flags of `seep run`, kept apart because they are many.
#ifndef SEEP_CLI_ARGUMENTS_RUN_OPTIONS_H_
#define SEEP_CLI_ARGUMENTS_RUN_OPTIONS_H_

#include "cli/spec/run_flags.h"

namespace CLI {
class App;
}

namespace seep::cli {

void AddRunOptions(CLI::App& command, RunFlags& flags);

}  // namespace seep::cli

#endif  // SEEP_CLI_ARGUMENTS_RUN_OPTIONS_H_
