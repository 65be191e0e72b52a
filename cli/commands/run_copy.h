// Runs as they are in one store, for another: all that is kept of them.
//
// Threads: main only.
// Failure: the stores' own; kInvalidArgument with what to do.
#ifndef SEEP_CLI_COMMANDS_RUN_COPY_H_
#define SEEP_CLI_COMMANDS_RUN_COPY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/commands/session.h"
#include "cli/commands/whole_file.h"
#include "cli/control/control_client.h"
#include "cli/recordings/hashed_file.h"
#include "cli/recordings/run_sender.h"

namespace seep::cli {

enum class Copying { kAsItIs, kAsImported };  // with ids and verdict, or as an import of it

// Everything of the run to `sender`.
absl::Status SendRun(ControlClient& from, const std::string& run_id, Copying copying, RunSender& sender);

// A store of its own with these runs, as one file that stock sqlite3 opens.
absl::Status WriteStore(Session& session, ControlClient& from, std::vector<std::string> run_ids, const std::string& path,
                        Overwrite overwrite);

// All runs of such a file; `file` is at its beginning.
absl::Status SendStore(Session& session, HashedFile& file, const std::string& path, RunSender& sender);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_RUN_COPY_H_
