// The campaign to submit: a file with edits, or composed of flags.
#ifndef SEEP_CLI_COMMANDS_SPEC_REQUEST_H_
#define SEEP_CLI_COMMANDS_SPEC_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/commands/session.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

// Of `run`: flags edit a file, or make the campaign. Notes for the user (flags
// without effect) go to stderr.
absl::StatusOr<v1::SubmitCampaignRequest> RunRequest(Session& session, RunFlags& flags);

// Of `validate` and `campaign submit`: a file and --set.
absl::StatusOr<v1::SubmitCampaignRequest> FileRequest(const RunFlags& flags);

// As one would write it by hand, for --print-spec.
std::string PrintableSpec(const v1::SubmitCampaignRequest& request);

// Warnings of the coordinator, on stderr.
void SayWarnings(Session& session, const google::protobuf::RepeatedPtrField<std::string>& warnings);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_SPEC_REQUEST_H_
