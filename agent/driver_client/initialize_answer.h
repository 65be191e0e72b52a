// Reads what a host answers to `initialize` (SPEC.md, section 7).
//
// Failure: kInvalidArgument naming the member that is missing or wrong.
#ifndef SEEP_AGENT_DRIVER_CLIENT_INITIALIZE_ANSWER_H_
#define SEEP_AGENT_DRIVER_CLIENT_INITIALIZE_ANSWER_H_

#include "absl/status/statusor.h"
#include "agent/driver_client/host_conversation.h"

namespace seep::agent {

// Gauges with a bad name and those beyond the limit are left out.
absl::StatusOr<HostIdentity> ReadInitializeAnswer(const driver::Json& answer);

}  // namespace seep::agent

#endif  // SEEP_AGENT_DRIVER_CLIENT_INITIALIZE_ANSWER_H_
