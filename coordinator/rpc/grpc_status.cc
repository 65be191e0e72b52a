#include "coordinator/rpc/grpc_status.h"

#include <string>

#include "common/os/files.h"

namespace seep::coordinator {
namespace {
// gRPC refuses metadata above 8 KiB by default, percent-encoding included.
constexpr std::size_t kMaxMessage = 4096;
}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kMaxMessage) {
    const std::size_t line = message.rfind('\n', kMaxMessage);
    message = message.substr(0, line == std::string::npos ? kMaxMessage : line) + "\n...";
  }
  return {static_cast<grpc::StatusCode>(status.code()), Printable(message, /*keep_lines=*/true)};
}

}  // namespace seep::coordinator
