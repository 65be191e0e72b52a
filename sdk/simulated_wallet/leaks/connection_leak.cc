// Each connect opens TCP connections that nothing ever closes.
#include <sys/socket.h>

#include "common/os/loopback_listener.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ConnectionLeak : public Leak {
 public:
  explicit ConnectionLeak(std::size_t count) : count_(count) {}
  void OnConnect() override {
    for (std::size_t i = 0; peer_.ok() && i < count_; ++i) Connect();
  }

 private:
  // Nobody accepts: the other end is the kernel's, so that each lost connection
  // is one descriptor of ours.
  static constexpr int kBacklog = 4'096;

  void Connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return;  // none are left; what fails next is what is wanted
    (void)::connect(fd, reinterpret_cast<const sockaddr*>(&peer_.address()), sizeof(sockaddr_in));
  }

  const std::size_t count_;
  const LoopbackListener peer_{kBacklog};
};

}  // namespace

std::unique_ptr<Leak> MakeConnectionLeak(std::size_t count) {
  return std::make_unique<ConnectionLeak>(count);
}

}  // namespace seep::wallet
