// No leak: the five-hundredth payment builds something large, once.
#include <atomic>
#include <cstring>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class StepLookAlike : public Leak {
 public:
  static constexpr std::int64_t kPayment = 500;

  explicit StepLookAlike(std::size_t bytes) : bytes_(bytes) {}
  void OnPaymentSent() override {
    if (++payments_ != kPayment) return;
    table_ = std::make_unique<char[]>(bytes_);
    std::memset(table_.get(), 0x5A, bytes_);
  }

 private:
  const std::size_t bytes_;
  std::atomic<std::int64_t> payments_ = 0;
  std::unique_ptr<char[]> table_;  // written by one payment only
};

}  // namespace

std::unique_ptr<Leak> MakeStepLookAlike(std::size_t bytes) {
  return std::make_unique<StepLookAlike>(bytes);
}

}  // namespace seep::wallet
