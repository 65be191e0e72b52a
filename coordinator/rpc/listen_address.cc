#include "coordinator/rpc/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/loopback.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"

namespace seep::coordinator {
namespace {

absl::Status Bad(const std::string& text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("'", Printable(text), "' ", absl::string_view(why.data(), why.size()),
                                                 "; write HOST:PORT, [V6]:PORT or unix:/path"));
}

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

bool SomebodyListens(const std::string& path) {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = UnixAddress(path);
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

bool ListenAddress::IsLoopback() const {
  return IsUnix() || IsLoopbackHost(host);
}

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text) {
  ListenAddress address;
  address.text = text;
  if (absl::StartsWith(text, "unix:")) {
    address.socket_path = text.substr(5);
    if (absl::StartsWith(address.socket_path, "//")) address.socket_path.erase(0, 2);
    if (!absl::StartsWith(address.socket_path, "/")) return Bad(text, "has no absolute path");
    if (address.socket_path.size() >= sizeof(sockaddr_un::sun_path)) return Bad(text, "is too long for a socket");
    address.text = absl::StrCat("unix:", address.socket_path);
    return address;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return Bad(text, "is no address");
  address.host = text.substr(0, colon);
  if (absl::StartsWith(address.host, "[") && absl::EndsWith(address.host, "]")) {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return Bad(text, "is no address");
  }
  if (!absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 || address.port > 65535) {
    return Bad(text, "has no port from 0 to 65535");
  }
  return address;
}

absl::Status PrepareListening(const ListenAddress& address) {
  if (!address.IsUnix()) return absl::OkStatus();
  const std::string directory = address.socket_path.substr(0, address.socket_path.rfind('/'));
  if (!directory.empty() && !FileExists(directory)) SEEP_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  struct stat found {};
  if (lstat(address.socket_path.c_str(), &found) != 0) return absl::OkStatus();
  if (!S_ISSOCK(found.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(address.socket_path, " is there and no socket"));
  }
  if (SomebodyListens(address.socket_path)) {
    return absl::FailedPreconditionError(absl::StrCat("somebody listens on ", address.text, " already"));
  }
  unlink(address.socket_path.c_str());
  return absl::OkStatus();
}

std::string WhyNotListening(const ListenAddress& address) {
  if (address.IsUnix()) return absl::StrCat(address.text, ": cannot make the socket");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) return absl::StrCat(address.text, ": ", gai_strerror(error));
  const UniqueFd fd(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int bound = bind(fd.get(), found->ai_addr, found->ai_addrlen);
  const int why = errno;
  freeaddrinfo(found);
  return absl::StrCat(address.text, ": ", bound == 0 ? "cannot listen" : std::strerror(why));
}

}  // namespace seep::coordinator
