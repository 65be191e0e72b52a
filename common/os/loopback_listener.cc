#include "common/os/loopback_listener.h"

#include <arpa/inet.h>
#include <sys/socket.h>

namespace seep {

LoopbackListener::LoopbackListener(int backlog) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  address_.sin_family = AF_INET;
  address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address_);
  const auto address = reinterpret_cast<sockaddr*>(&address_);
  ok_ = ::bind(fd_.get(), address, size) == 0 && ::listen(fd_.get(), backlog) == 0 && ::getsockname(fd_.get(), address, &size) == 0;
}

int LoopbackListener::port() const { return ntohs(address_.sin_port); }

UniqueFd LoopbackListener::Accept() { return UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

void LoopbackListener::Shutdown() { ::shutdown(fd_.get(), SHUT_RDWR); }

}  // namespace seep
