// The flags of pace and phases as fields of a campaign.
#ifndef SEEP_CLI_SPEC_PACE_EDITS_H_
#define SEEP_CLI_SPEC_PACE_EDITS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "cli/spec/run_flags.h"
#include "cli/spec/spec_edits.h"

namespace seep::cli {

// Ticks come at a rate, whatever the target does.
bool IsOpenLoop(const RunFlags& flags);

// kInvalidArgument naming the flag. An open loop replaces the pace that a spec
// file has; the rest edits it.
absl::StatusOr<std::vector<SpecEdit>> PaceEdits(const RunFlags& flags);

}  // namespace seep::cli

#endif  // SEEP_CLI_SPEC_PACE_EDITS_H_
