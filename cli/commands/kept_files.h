// What is kept with a run besides its samples, as files.
//
// Threads: main only.
// Failure: the server's; kDataLoss when what came is not what was kept.
#ifndef SEEP_CLI_COMMANDS_KEPT_FILES_H_
#define SEEP_CLI_COMMANDS_KEPT_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/commands/whole_file.h"
#include "cli/control/control_client.h"

namespace seep::cli {

// Streams the artefact into DIRECTORY/NAME; answers the file's size.
absl::StatusOr<std::uint64_t> FetchArtefactTo(ControlClient& client, const std::string& run_id, const std::string& name,
                                              const std::string& directory, Overwrite overwrite);

// Every artefact of the run, and its log as log.txt, into `directory`, which is
// made for it.
absl::Status FetchKeptFiles(ControlClient& client, const std::string& run_id, const std::string& directory, Overwrite overwrite);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_KEPT_FILES_H_
