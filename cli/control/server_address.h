// Where a coordinator is, and how far it may be trusted to be itself.
#ifndef SEEP_CLI_CONTROL_SERVER_ADDRESS_H_
#define SEEP_CLI_CONTROL_SERVER_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/channel/tls_files.h"

namespace seep::cli {

struct ServerAddress {
  std::string target;  // "127.0.0.1:7420", "unix:/path"
  TlsFiles tls;
};

// kInvalidArgument for what is no HOST:PORT or unix:/PATH, and for an address
// beyond loopback without TLS: the control connection can start processes.
absl::StatusOr<ServerAddress> ParseServerAddress(const std::string& text, const TlsFiles& tls);

}  // namespace seep::cli

#endif  // SEEP_CLI_CONTROL_SERVER_ADDRESS_H_
