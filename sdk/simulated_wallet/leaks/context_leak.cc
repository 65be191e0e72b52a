// An instance that leaves a shared context leaves something of itself in it, for
// as long as the context lives.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ContextLeak : public Leak {
 public:
  explicit ContextLeak(std::size_t bytes) : bytes_(bytes) {}
  std::size_t BytesLeftInContext() const override { return bytes_; }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeContextLeak(std::size_t bytes) {
  return std::make_unique<ContextLeak>(bytes);
}

}  // namespace seep::wallet
