// Queries that a user keeps by name: NAME.sql under ~/.config/seep/queries
// (XDG_CONFIG_HOME), plain files that can be shared or checked in elsewhere.
//
// Threads: main only.
// Failure: kInvalidArgument: a bad name, or none of that name (those there are
//          are named); the system's errors, which name the file.
#ifndef SEEP_CLI_COMMANDS_SAVED_QUERIES_H_
#define SEEP_CLI_COMMANDS_SAVED_QUERIES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/console/environment.h"

namespace seep::cli {

class SavedQueries {
 public:
  static absl::StatusOr<SavedQueries> Of(const Environment& environment);

  absl::Status Save(const std::string& name, const std::string& sql) const;  // replaces
  absl::StatusOr<std::string> Load(const std::string& name) const;
  absl::Status Forget(const std::string& name) const;
  // Name and SQL, by name. A file that is not ours is left out.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> List() const;

 private:
  explicit SavedQueries(std::string directory) : directory_(std::move(directory)) {}
  absl::StatusOr<std::string> PathOf(const std::string& name) const;
  absl::Status NoneOf(const std::string& name) const;

  std::string directory_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_SAVED_QUERIES_H_
