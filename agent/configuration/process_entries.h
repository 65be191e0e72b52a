// The processes that specs may name besides SDK hosts: targets that the agent
// starts or attaches to, and loads that it runs beside them.
//
//   targets:
//     redis:
//       command: [/usr/bin/redis-server, --port, "{port}", --save, ""]
//       parameters: {port: {default: "6390", pattern: "[0-9]{4,5}"}}
//       ready: 127.0.0.1:{port}
//     nginx:
//       attach: {pid_file: /run/nginx.pid}
//   loads:
//     redis-benchmark: {command: [/usr/bin/redis-benchmark, -p, "6390", -l, -q]}
//
// A spec fills in the declared parameters, whose values must match their
// pattern whole; nothing else of a command is a spec's to say. "{work}" and
// "{generation}" are always known.
#ifndef SEEP_AGENT_CONFIGURATION_PROCESS_ENTRIES_H_
#define SEEP_AGENT_CONFIGURATION_PROCESS_ENTRIES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seep::agent {

struct Parameter {
  std::string pattern;                  // RE2; empty: a word that cannot be an option or a path
  std::optional<std::string> otherwise; // none: a spec must give it
};

struct AllowedCommand {
  std::vector<std::string> command;  // absolute path, then arguments
  std::map<std::string, Parameter> parameters;
  std::map<std::string, std::string> environment;
  std::vector<std::string> pass_environment;
  std::vector<std::string> spec_environment;  // variables that a spec may set
  std::string working_directory;              // empty: the run's
};

struct AttachRule {  // exactly one of the first three
  std::string pid_file, unit, executable;
  bool may_kill = false;
};

struct ProcessTarget {
  AllowedCommand start;
  std::optional<AttachRule> attach;  // then `start` has no command
  std::string ready;                 // HOST:PORT on loopback that accepts once it works; empty: at once
  std::optional<bool> managed_collector;  // its memory is garbage collected; none: not said
};

using Arguments = std::map<std::string, std::string>;

// Every parameter with its value. kInvalidArgument: one that is not declared, or
// does not match, or is missing; `what` is the entry's name for the message.
absl::StatusOr<Arguments> FillParameters(const std::string& what, const AllowedCommand& entry, const Arguments& given);

// Variables that would let one process take over the next.
bool IsForbiddenVariable(const std::string& name);

class YamlSection;
struct Configuration;
// `collector: none | managed` of a driver or a target, if it is said.
std::optional<bool> ReadCollector(YamlSection& section);
// `targets:`, `loads:` and `endpoints:` of a configuration or a drivers file.
void ReadProcessEntries(YamlSection& root, Configuration& into);

}  // namespace seep::agent

#endif  // SEEP_AGENT_CONFIGURATION_PROCESS_ENTRIES_H_
