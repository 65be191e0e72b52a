#include "sdk/simulated_network/tcp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::simnet {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

absl::StatusOr<Address> ParseLoopback(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  int port = -1;
  if (colon == std::string::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("`", text, "` is not HOST:PORT"));
  }
  const std::string host = text.substr(0, colon);
  Address address;
  if (host == "127.0.0.1" || host == "localhost") {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<std::uint16_t>(port));
    v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.size = sizeof(sockaddr_in);
  } else if (host == "[::1]") {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<std::uint16_t>(port));
    v6->sin6_addr = in6addr_loopback;
    address.size = sizeof(sockaddr_in6);
  } else {
    // Play money without authentication has no business on a network.
    return absl::InvalidArgumentError(
        absl::StrCat("`", text, "`: only loopback is served (127.0.0.1, localhost, [::1])"));
  }
  return address;
}

std::string BoundEndpoint(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  if (storage.ss_family == AF_INET6) {
    return absl::StrCat("[::1]:", ntohs(reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port));
  }
  return absl::StrCat("127.0.0.1:", ntohs(reinterpret_cast<sockaddr_in*>(&storage)->sin_port));
}

}  // namespace

TcpServer::TcpServer(EpollEventLoop& loop, Limits limits, Handler handler)
    : loop_(loop), limits_(limits), handler_(std::move(handler)) {}

TcpServer::~TcpServer() {
  loop_.Cancel(resume_);
  if (listener_.valid()) loop_.Unwatch(listener_.get());
  for (auto& [id, connection] : connections_) loop_.Unwatch(connection.fd.get());
}

absl::Status TcpServer::Start(const std::string& text) {
  SEEP_ASSIGN_OR_RETURN(const Address address, ParseLoopback(text));
  UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(fd.get(), 512) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", text, ": ", ErrnoStatus(errno, "bind").message()));
  }
  endpoint_ = BoundEndpoint(fd.get());
  listener_ = std::move(fd);
  loop_.Watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { Accept(); });
  return absl::OkStatus();
}

void TcpServer::Accept() {
  while (true) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) {
      if (errno == EMFILE || errno == ENFILE) PauseAccepting();
      return;
    }
    if (connections_.size() >= limits_.max_connections) continue;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const ConnectionId id{next_id_++};
    const int raw = fd.get();
    connections_[id].fd = std::move(fd);
    loop_.Watch(raw, EPOLLIN, [this, id](std::uint32_t events) { OnReady(id, events); });
    handler_.opened(id);
  }
}

// Level-triggered, the waiting connection would keep the loop spinning.
void TcpServer::PauseAccepting() {
  loop_.Rewatch(listener_.get(), 0);
  resume_ =
      loop_.RunAfter(absl::Milliseconds(100), [this] { loop_.Rewatch(listener_.get(), EPOLLIN); });
}

void TcpServer::OnReady(ConnectionId id, std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !ReadFrom(id)) return Close(id);
  const auto found = connections_.find(id);
  if (found == connections_.end() || !(events & EPOLLOUT)) return;
  if (!WriteTo(found->second)) return Close(id);
  if (!found->second.unsent.empty()) return;
  if (found->second.closing) ::shutdown(found->second.fd.get(), SHUT_WR);
  loop_.Rewatch(found->second.fd.get(), EPOLLIN);
}

bool TcpServer::ReadFrom(ConnectionId id) {
  char buffer[kReadBytes];
  const auto found = connections_.find(id);
  if (found == connections_.end()) return true;
  const ssize_t got = ::recv(found->second.fd.get(), buffer, sizeof(buffer), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  if (!found->second.closing) handler_.received(id, {buffer, static_cast<std::size_t>(got)});
  return true;
}

bool TcpServer::WriteTo(Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t sent = ::send(connection.fd.get(), connection.unsent.data(),
                                connection.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.unsent.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void TcpServer::Send(ConnectionId id, std::string_view bytes) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.closing) return;
  Connection& connection = found->second;
  const bool waiting = !connection.unsent.empty();
  connection.unsent.append(bytes);
  if (!waiting && !WriteTo(connection)) return Close(id);
  if (connection.unsent.size() > limits_.max_unsent_bytes) return Close(id);
  if (!waiting && !connection.unsent.empty())
    loop_.Rewatch(connection.fd.get(), EPOLLIN | EPOLLOUT);
}

void TcpServer::CloseAfterSending(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.closing = true;
  if (found->second.unsent.empty()) ::shutdown(found->second.fd.get(), SHUT_WR);
}

void TcpServer::Close(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  loop_.Unwatch(found->second.fd.get());
  connections_.erase(found);
  handler_.closed(id);
}

}  // namespace seep::simnet
