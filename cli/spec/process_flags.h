// `seep run --target process ... -- COMMAND`: which process to soak, as fields
// of a campaign, and, for an embedded agent, what the person's own command
// line allows it to start.
#ifndef SEEP_CLI_SPEC_PROCESS_FLAGS_H_
#define SEEP_CLI_SPEC_PROCESS_FLAGS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/console/environment.h"

namespace seep::cli {

struct SpecEdit;
struct RunFlags;

struct ProcessFlags {
  std::optional<std::string> target;    // sdk | process[:ENTRY] | attach[:ENTRY]
  std::vector<std::string> command;     // what stood behind "--"
  std::optional<std::string> ready, pid_file, unit, executable, collector;
  std::optional<std::string> load;      // a command line
  std::optional<std::string> load_entry, load_ends;
  std::vector<std::string> parameters, load_parameters;  // NAME=VALUE of entries
  std::vector<std::string> environment;                  // NAME or NAME=VALUE
  std::vector<std::string> metrics, metrics_series, operations;
};

// One entry of an embedded agent's allow list.
struct OwnProcess {
  std::string name;
  bool is_load = false;
  std::vector<std::string> command;  // absolute; empty: attaches
  std::string working_directory, ready, pid_file, unit, executable;
};
struct OwnProcesses {
  std::vector<OwnProcess> entries;
  std::map<std::string, std::string> environment;  // set for the command and the load
  std::vector<std::string> passed;                 // taken over from the caller's
};

bool SoaksProcess(const RunFlags& flags);
// Appends target, load and metrics. kInvalidArgument names the flag.
absl::Status AddProcessTarget(const RunFlags& flags, std::vector<SpecEdit>& edits);
// What the command line names itself; nothing of a campaign's. `directory`: the
// present one, absolute.
absl::StatusOr<OwnProcesses> ProcessesOf(const RunFlags& flags, const Environment& environment, const std::string& directory);

// Words as a shell would split them, with '...', "..." and \; nothing is
// expanded and nothing is run. kInvalidArgument: a quote that never ends.
absl::StatusOr<std::vector<std::string>> SplitWords(std::string_view text);

}  // namespace seep::cli

#endif  // SEEP_CLI_SPEC_PROCESS_FLAGS_H_
