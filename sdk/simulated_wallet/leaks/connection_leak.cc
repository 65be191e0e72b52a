// Each connect opens TCP connections that nothing ever closes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/os/unique_fd.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ConnectionLeak : public Leak {
 public:
  explicit ConnectionLeak(std::size_t count)
      : count_(count), peer_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    const auto address = reinterpret_cast<sockaddr*>(&address_);
    listens_ = ::bind(peer_.get(), address, size) == 0 && ::listen(peer_.get(), kBacklog) == 0 &&
               ::getsockname(peer_.get(), address, &size) == 0;
  }
  void OnConnect() override {
    for (std::size_t i = 0; listens_ && i < count_; ++i) Connect();
  }

 private:
  // Nobody accepts: the other end is the kernel's, so that each lost connection
  // is one descriptor of ours.
  static constexpr int kBacklog = 4'096;

  void Connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return;  // none are left; what fails next is what is wanted
    (void)::connect(fd, reinterpret_cast<const sockaddr*>(&address_), sizeof(address_));
  }

  const std::size_t count_;
  const UniqueFd peer_;
  sockaddr_in address_ = {};
  bool listens_ = false;
};

}  // namespace

std::unique_ptr<Leak> MakeConnectionLeak(std::size_t count) {
  return std::make_unique<ConnectionLeak>(count);
}

}  // namespace seep::wallet
