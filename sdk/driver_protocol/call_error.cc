#include "sdk/driver_protocol/call_error.h"

#include "sdk/driver_protocol/protocol.h"

namespace seep::driver {
namespace {

struct KindName {
  ErrorKind kind;
  std::string_view name;
};

constexpr KindName kKinds[] = {
    {ErrorKind::kParseError, "parse_error"},
    {ErrorKind::kInvalidRequest, "invalid_request"},
    {ErrorKind::kMethodNotFound, "method_not_found"},
    {ErrorKind::kInvalidParams, "invalid_params"},
    {ErrorKind::kInternalError, "internal_error"},
    {ErrorKind::kSdkError, "sdk_error"},
    {ErrorKind::kInsufficientFunds, "insufficient_funds"},
    {ErrorKind::kInvalidInput, "invalid_input"},
    {ErrorKind::kNetworkError, "network_error"},
    {ErrorKind::kStorageError, "storage_error"},
    {ErrorKind::kSignerError, "signer_error"},
    {ErrorKind::kNotSupported, "not_supported"},
    {ErrorKind::kUnknownInstance, "unknown_instance"},
    {ErrorKind::kInstanceExists, "instance_exists"},
    {ErrorKind::kNotConnected, "not_connected"},
    {ErrorKind::kDeadlineExceeded, "deadline_exceeded"},
    {ErrorKind::kLimitExceeded, "limit_exceeded"},
    {ErrorKind::kNotInitialized, "not_initialized"},
    {ErrorKind::kFatal, "fatal"},
};

std::string_view CutAtCharacter(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  // Bytes 10xxxxxx continue a character: step back to its first byte.
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

std::string_view ErrorKindName(ErrorKind kind) {
  for (const KindName& entry : kKinds) {
    if (entry.kind == kind) return entry.name;
  }
  return "unknown_error";
}

std::optional<ErrorKind> ErrorKindFromCode(std::int64_t code) {
  for (const KindName& entry : kKinds) {
    if (static_cast<std::int64_t>(entry.kind) == code) return entry.kind;
  }
  return std::nullopt;
}

bool IsRetryable(ErrorKind kind) {
  return kind == ErrorKind::kNetworkError || kind == ErrorKind::kDeadlineExceeded;
}

CallError MakeCallError(ErrorKind kind, std::string_view message, std::string_view sdk_error) {
  CallError error;
  error.code = static_cast<std::int64_t>(kind);
  error.kind = std::string(ErrorKindName(kind));
  error.message = std::string(CutAtCharacter(message, kMaxSdkErrorBytes));
  error.retryable = IsRetryable(kind);
  error.sdk_error = std::string(CutAtCharacter(sdk_error, kMaxSdkErrorBytes));
  return error;
}

}  // namespace seep::driver
