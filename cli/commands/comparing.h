// Comparing runs, for `seep compare` and for `seep run --compare-to`.
#ifndef SEEP_CLI_COMMANDS_COMPARING_H_
#define SEEP_CLI_COMMANDS_COMPARING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/commands/session.h"
#include "cli/control/control_client.h"
#include "seep/v1/across.pb.h"

namespace seep::cli {

// What --fail-on makes of a comparison. Without it everything is fine: the
// question was answered. The leak comes before the regression, and a
// regression before what cannot be told, as everywhere.
ExitCode ExitCodeOf(const v1::CompareRunsResponse& response, const std::vector<std::string>& fail_on);

// Whether there is such a run or baseline: asked before the soak, not after it.
absl::Status CheckComparable(ControlClient& client, const std::string& reference);

// Prints on stdout, in the format of -o.
absl::StatusOr<ExitCode> CompareAndPrint(Session& session, ControlClient& client, const std::vector<std::string>& runs);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_COMPARING_H_
