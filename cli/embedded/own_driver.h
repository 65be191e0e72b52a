// A host that the user names on the command line of an embedded run. It is
// their machine and their command; a spec can still name it only by NAME.
#ifndef SEEP_CLI_EMBEDDED_OWN_DRIVER_H_
#define SEEP_CLI_EMBEDDED_OWN_DRIVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace seep::cli {

struct OwnDriver {
  std::string name;
  std::vector<std::string> command;  // command[0] is an absolute path
};

// "mine=python3 './my host.py' --flag": words as a shell would split them,
// quotes and backslashes included, nothing expanded. A program without a slash
// is looked for in `search_path` (PATH's folders, ':' between them). Relative
// paths of files that exist become absolute, because a host runs in a directory
// of its own.
//
// Failure: kInvalidArgument saying what is wrong.
absl::StatusOr<OwnDriver> ParseOwnDriver(const std::string& text, const std::string& search_path);

// The drivers file that holds them, as YAML.
std::string OwnDriversFile(const std::vector<OwnDriver>& drivers);

}  // namespace seep::cli

#endif  // SEEP_CLI_EMBEDDED_OWN_DRIVER_H_
