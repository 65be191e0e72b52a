// What a connect had built when it was given up is forgotten.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class CancelLeak : public Leak {
 public:
  explicit CancelLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnConnectCancelled() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeCancelLeak(std::size_t bytes) { return std::make_unique<CancelLeak>(bytes); }

}  // namespace seep::wallet
