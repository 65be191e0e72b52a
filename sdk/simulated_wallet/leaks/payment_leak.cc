// A record of each payment sent is never released.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class PaymentLeak : public Leak {
 public:
  explicit PaymentLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnPaymentSent() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakePaymentLeak(std::size_t bytes) {
  return std::make_unique<PaymentLeak>(bytes);
}

}  // namespace seep::wallet
