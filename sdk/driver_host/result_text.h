// Pieces of results that calls with and without an instance share.
#ifndef SEEP_SDK_DRIVER_HOST_RESULT_TEXT_H_
#define SEEP_SDK_DRIVER_HOST_RESULT_TEXT_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "sdk/driver_host/instance_calls.h"
#include "sdk/driver_host/sdk.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::driver_host {

// `payment` of SPEC.md, section 7, as an object.
void WritePayment(const Payment& payment, driver::JsonWriter& out);

Outcome ParseText(Sdk& sdk, const driver::Json& params);

using Operation =
    std::function<absl::StatusOr<driver::Json>(const std::string&, const driver::Json&)>;
Outcome InvokeOperation(const driver::Json& params, const Operation& operation);

// A result that would not fit a line is an error of the host's, said clearly,
// not a broken line.
std::string EncodeOutcome(std::int64_t id, const Outcome& outcome);

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_RESULT_TEXT_H_
