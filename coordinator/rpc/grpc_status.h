// The one place where our statuses become gRPC's. The codes have the same
// numbers by design of both libraries.
#ifndef SEEP_COORDINATOR_RPC_GRPC_STATUS_H_
#define SEEP_COORDINATOR_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace seep::coordinator {

// Messages travel as an HTTP/2 header: cut at 4 KiB, at the end of a line when
// there is one.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_GRPC_STATUS_H_
