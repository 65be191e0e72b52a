#include "sdk/driver_host/sdk.h"

namespace seep::driver_host {
namespace {
// An SDK overrides what its capabilities promise; the rest is refused by the
// host before it comes here, and if it does come, this is what it gets.
absl::Status Lacks(const char* what) {
  return absl::UnimplementedError(std::string("this SDK has no ") + what);
}
}  // namespace

absl::StatusOr<std::string> SdkInstance::AddListener(bool) { return Lacks("add_listener"); }
absl::StatusOr<bool> SdkInstance::RemoveListener(const std::string&) {
  return Lacks("remove_listener");
}
absl::StatusOr<ReceiveResult> SdkInstance::Receive(const ReceiveOptions&) {
  return Lacks("receive");
}
absl::StatusOr<PrepareResult> SdkInstance::PrepareSend(const PrepareOptions&) {
  return Lacks("prepare_send");
}
absl::StatusOr<Payment> SdkInstance::Send(PreparedPayment&, const std::string&) {
  return Lacks("send");
}
absl::StatusOr<ListResult> SdkInstance::ListPayments(const ListOptions&) {
  return Lacks("list_payments");
}
absl::Status SdkInstance::Sync() { return Lacks("sync"); }
absl::StatusOr<Info> SdkInstance::GetInfo(bool) { return Lacks("get_info"); }
absl::StatusOr<driver::Json> SdkInstance::Invoke(const std::string&, const driver::Json&) {
  return Lacks("invoke on an instance");
}

absl::StatusOr<std::string> Sdk::Parse(const std::string&) { return Lacks("parse"); }
absl::StatusOr<std::optional<std::int64_t>> Sdk::CollectGarbage() {
  return Lacks("collect_garbage");
}
absl::StatusOr<HeapProfile> Sdk::WriteHeapProfile(const std::string&) {
  return Lacks("heap_profile");
}
absl::StatusOr<driver::Json> Sdk::Invoke(const std::string&, const driver::Json&) {
  return Lacks("invoke");
}

driver::ErrorKind ErrorKindOf(absl::StatusCode code) {
  using driver::ErrorKind;
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return ErrorKind::kInvalidInput;
    case absl::StatusCode::kResourceExhausted:
      return ErrorKind::kInsufficientFunds;
    case absl::StatusCode::kUnavailable:
      return ErrorKind::kNetworkError;
    case absl::StatusCode::kDataLoss:
      return ErrorKind::kStorageError;
    case absl::StatusCode::kUnauthenticated:
      return ErrorKind::kSignerError;
    case absl::StatusCode::kUnimplemented:
      return ErrorKind::kNotSupported;
    case absl::StatusCode::kFailedPrecondition:
      return ErrorKind::kNotConnected;
    case absl::StatusCode::kDeadlineExceeded:
      return ErrorKind::kDeadlineExceeded;
    case absl::StatusCode::kOutOfRange:
      return ErrorKind::kLimitExceeded;
    case absl::StatusCode::kAborted:
      return ErrorKind::kFatal;
    case absl::StatusCode::kInternal:
      return ErrorKind::kInternalError;
    default:
      return ErrorKind::kSdkError;
  }
}

}  // namespace seep::driver_host
