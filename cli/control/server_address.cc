#include "cli/control/server_address.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/loopback.h"

namespace seep::cli {

absl::StatusOr<ServerAddress> ParseServerAddress(const std::string& text, const TlsFiles& tls) {
  if (absl::StartsWith(text, "unix:/")) return ServerAddress{text, tls};
  const std::size_t colon = text.rfind(':');
  const std::string host = text.substr(0, colon);
  int port = 0;
  if (colon == std::string::npos || host.empty() || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 1 ||
      port > 65535 || Printable(text) != text || host.find_first_of(" /,") != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("server '", Printable(text), "' is not HOST:PORT or unix:/PATH, such as 127.0.0.1:7420"));
  }
  if (tls.any() && tls.ca.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key also need --tls-ca, to know the coordinator by");
  }
  if (tls.certificate.empty() != tls.key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together; give both");
  }
  if (!IsLoopbackHost(host) && !tls.any()) {
    return absl::InvalidArgumentError(absl::StrCat("server ", text, " is not on this machine and would be spoken to in clear text; "
                                                   "give --tls-ca, --tls-cert and --tls-key (deploy/README.md makes them)"));
  }
  return ServerAddress{text, tls};
}

}  // namespace seep::cli
