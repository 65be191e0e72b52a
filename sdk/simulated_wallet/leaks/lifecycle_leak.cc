// Something of each wallet stays behind when its handle is destroyed.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class LifecycleLeak : public Leak {
 public:
  explicit LifecycleLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnHandleDestroyed() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeLifecycleLeak(std::size_t bytes) {
  return std::make_unique<LifecycleLeak>(bytes);
}

}  // namespace seep::wallet
