// The state of the previous connection is not released when the same walletn// comes back.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ReconnectLeak : public Leak {
 public:
  explicit ReconnectLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnReconnect() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeReconnectLeak(std::size_t bytes) {
  return std::make_unique<ReconnectLeak>(bytes);
}

}  // namespace seep::wallet
