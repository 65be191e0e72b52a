// The command line of seep-agent.
#ifndef SEEP_AGENT_FLAGS_H_
#define SEEP_AGENT_FLAGS_H_

#include <optional>

#include "agent/configuration/configuration.h"

namespace seep::agent {

struct Flags {
  Configuration configuration;
  bool ready_line = false;
  bool exit_with_stdin = false;
  bool debug = false;
  bool check_only = false;
};

// Reads flags and the configuration they name. Nothing: exit with `exit_code`
// (help was printed, or what is wrong).
std::optional<Flags> ReadFlags(int argc, char** argv, int& exit_code);

}  // namespace seep::agent

#endif  // SEEP_AGENT_FLAGS_H_
