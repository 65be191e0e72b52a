// Runs the rules against one host.
#ifndef SEEP_SDK_CONFORMANCE_CHECK_H_
#define SEEP_SDK_CONFORMANCE_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sdk/conformance/report.h"

namespace seep::conformance {

// `rules`: ids, or beginnings of them that end at a dot ("R-4"); empty: all.
// Failure: kInvalidArgument for a rule that there is not.
absl::StatusOr<Report> CheckHost(const HostCommand& command, const std::vector<std::string>& rules);

}  // namespace seep::conformance

#endif  // SEEP_SDK_CONFORMANCE_CHECK_H_
