// What a host says about itself, and the calls that name no instance.
#ifndef SEEP_SDK_DRIVER_HOST_HANDSHAKE_H_
#define SEEP_SDK_DRIVER_HOST_HANDSHAKE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sdk/driver_host/instance_calls.h"
#include "sdk/driver_host/params.h"
#include "sdk/driver_host/sdk.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::driver_host {

// A description that breaks the protocol's rules is a bug of the SDK's author:
// ends the process with a message.
void CheckDescription(const SdkDescription& description);

// True for the empty name, which stands for "always there".
bool HasCapability(const SdkDescription& description, std::string_view capability);
// Refuses an `operation` that the SDK did not declare.
void CheckOperation(const SdkDescription& description, Params& params);
// Whether the request is for one instance; `parse` and `invoke` may be either.
bool TakesInstance(std::string_view method, const driver::Json& params);

// `initialize`: agrees on a version, then starts the SDK.
Outcome Greet(const SdkDescription& description, const driver::Json& params,
              const std::function<absl::Status(const driver::Json& settings)>& start);

// collect_garbage, heap_profile, parse and invoke.
Outcome CallWithoutInstance(Sdk& sdk, const driver::Request& request);

Outcome MetricsText(const std::vector<std::pair<std::string, std::optional<double>>>& values);

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_HANDSHAKE_H_
