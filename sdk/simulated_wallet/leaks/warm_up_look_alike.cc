// No leak: pools, indexes and lazily built tables grow with the first payments,
// ever more slowly, to a level.
#include <cmath>
#include <cstring>
#include <mutex>
#include <vector>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class WarmUpLookAlike : public Leak {
 public:
  // All of them together keep about this many times the stated size.
  static constexpr double kPayments = 128;

  explicit WarmUpLookAlike(std::size_t first_bytes) : first_bytes_(first_bytes) {}
  void OnPaymentSent() override {
    std::lock_guard lock(mutex_);
    const double share = std::exp(-static_cast<double>(tables_.size()) / kPayments);
    const auto bytes = static_cast<std::size_t>(static_cast<double>(first_bytes_) * share);
    if (bytes < 16) return;  // warm
    tables_.push_back(std::make_unique<char[]>(bytes));
    std::memset(tables_.back().get(), 0x5A, bytes);
  }

 private:
  const std::size_t first_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> tables_;
};

}  // namespace

std::unique_ptr<Leak> MakeWarmUpLookAlike(std::size_t first_bytes) {
  return std::make_unique<WarmUpLookAlike>(first_bytes);
}

}  // namespace seep::wallet
