// Which agents an embedded run needs: one for each placement that the campaign
// asks for, so that a fleet's campaign can be tried on one machine.
#ifndef SEEP_CLI_COMMANDS_EMBEDDED_AGENTS_H_
#define SEEP_CLI_COMMANDS_EMBEDDED_AGENTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/commands/connection.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

// kInvalidArgument when the campaign names a driver or a version that the
// drivers file has not: nobody else will ever come to run it.
absl::Status StartAgentsFor(const v1::ValidateCampaignResponse& plan, Connection& connection, int slots,
                            const std::vector<std::string>& secrets, const OwnProcesses& own);

// Runs of earlier embedded sessions that were killed: their agents are gone
// for good, and must not be taken up by this session's.
absl::Status EndAbandonedRuns(ControlClient& client);

// An embedded coordinator that did not come up is exit 5, not the user's
// mistake, whatever code the failure had.
absl::Status EmbeddedTrouble(const Session& session, const absl::Status& status);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_EMBEDDED_AGENTS_H_
