// The calls on one instance: parameters in, SDK function, result text out.
//
// Threads: those methods that are IsAlone one at a time and beside no other
//          call (its lane sees to that); the others from any, side by side when
//          the SDK declares concurrent_calls.
// Owns:    the SDK's handle and the prepared payments behind their tokens, and
//          nothing of it longer than the rules allow.
// Failure: every call returns a result or a CallError; exceptions of the SDK
//          are caught and become internal_error.
#ifndef SEEP_SDK_DRIVER_HOST_INSTANCE_CALLS_H_
#define SEEP_SDK_DRIVER_HOST_INSTANCE_CALLS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "sdk/driver_host/prepared_tokens.h"
#include "sdk/driver_host/sdk.h"
#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::driver_host {

// A result object's JSON text, or why there is none.
using Outcome = std::variant<std::string, driver::CallError>;

// The SDK's status as an error of the protocol, in its own words.
driver::CallError ErrorOf(const absl::Status& status);

class InstanceCalls {
 public:
  InstanceCalls(std::string name, Sdk& sdk) : name_(std::move(name)), sdk_(sdk) {}

  // Whether a method begins or ends something that the others stand on.
  static bool IsAlone(std::string_view method);

  Outcome Call(const driver::Request& request);
  // Between a connect that succeeded and `destroy`.
  bool exists() const { return instance_ != nullptr; }
  // For shutdown: disconnects if connected and frees the handle.
  void Close();

 private:
  Outcome Dispatch(const driver::Request& request);
  Outcome Connect(const driver::Json& params);
  Outcome Disconnect();
  Outcome Destroy();
  Outcome AddListener(const driver::Json& params);
  Outcome RemoveListener(const driver::Json& params);
  Outcome Receive(const driver::Json& params);
  Outcome PrepareSend(const driver::Json& params);
  Outcome Send(const driver::Json& params);
  Outcome ListPayments(const driver::Json& params);
  Outcome Sync();
  Outcome GetInfo(const driver::Json& params);
  Outcome Parse(const driver::Json& params);
  Outcome Invoke(const driver::Json& params);

  const std::string name_;
  Sdk& sdk_;
  std::unique_ptr<SdkInstance> instance_;
  bool connected_ = false;
  PreparedTokens tokens_;
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_INSTANCE_CALLS_H_
