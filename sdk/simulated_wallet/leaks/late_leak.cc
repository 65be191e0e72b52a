// A leak that begins late: the first thousand payments are clean.
#include <atomic>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class LateLeak : public Leak {
 public:
  static constexpr std::int64_t kCleanPayments = 1'000;

  explicit LateLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnPaymentSent() override {
    if (++payments_ > kCleanPayments) LoseMemory(bytes_);
  }

 private:
  const std::size_t bytes_;
  std::atomic<std::int64_t> payments_ = 0;
};

}  // namespace

std::unique_ptr<Leak> MakeLateLeak(std::size_t bytes) { return std::make_unique<LateLeak>(bytes); }

}  // namespace seep::wallet
