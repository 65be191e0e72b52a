// The errors of the protocol (SPEC.md, section 6): stable codes and kinds.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_CALL_ERROR_H_
#define SEEP_SDK_DRIVER_PROTOCOL_CALL_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seep::driver {

// The value is the code on the wire.
enum class ErrorKind : std::int32_t {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kSdkError = 1,
  kInsufficientFunds = 2,
  kInvalidInput = 3,
  kNetworkError = 4,
  kStorageError = 5,
  kSignerError = 6,
  kNotSupported = 7,
  kUnknownInstance = 9,
  kInstanceExists = 10,
  kNotConnected = 11,
  kDeadlineExceeded = 12,
  kLimitExceeded = 13,
  kNotInitialized = 14,
  kFatal = 15,
};

// "insufficient_funds", ...; "unknown_error" for a code that the table lacks.
std::string_view ErrorKindName(ErrorKind kind);
std::optional<ErrorKind> ErrorKindFromCode(std::int64_t code);
// Whether the same call may succeed later with nothing changed by the caller.
bool IsRetryable(ErrorKind kind);

// One failed call as it travels. A peer of a newer minor version may send a
// code that we do not know: `code` and `kind` keep what it said.
struct CallError {
  std::int64_t code = 0;
  std::string kind;
  std::string message;  // for people; may hold anything the SDK wrote
  bool retryable = false;
  std::string sdk_error;  // the SDK's own words, at most kMaxSdkErrorBytes
};

// Cuts both texts to kMaxSdkErrorBytes without splitting a UTF-8 character.
CallError MakeCallError(ErrorKind kind, std::string_view message, std::string_view sdk_error = {});

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_CALL_ERROR_H_
