// Where the coordinator listens: "HOST:PORT", "[V6]:PORT" or "unix:/path".
//
// Failure: kInvalidArgument: not an address, or clear text beyond loopback.
#ifndef SEEP_COORDINATOR_RPC_LISTEN_ADDRESS_H_
#define SEEP_COORDINATOR_RPC_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"

namespace seep::coordinator {

struct ListenAddress {
  std::string text;
  std::string host;         // empty: a unix socket
  int port = 0;
  std::string socket_path;  // absolute
  bool IsUnix() const { return !socket_path.empty(); }
  bool IsLoopback() const;
};

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text);

// For a unix socket: makes its directory (0700), removes the file that a killed
// coordinator left. kFailedPrecondition: somebody listens there already.
absl::Status PrepareListening(const ListenAddress& address);
// Why listening failed: binds the address itself to hear what the kernel says.
std::string WhyNotListening(const ListenAddress& address);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_LISTEN_ADDRESS_H_
