// No leak: garbage piles up with each payment until a collector takes all of it
// at once, as a managed runtime's heap does.
#include <cstring>
#include <mutex>
#include <vector>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class SawtoothLookAlike : public Leak {
 public:
  static constexpr std::size_t kPiecesAToothHolds = 128;

  explicit SawtoothLookAlike(std::size_t piece_bytes) : piece_bytes_(piece_bytes) {}
  void OnPaymentSent() override {
    std::lock_guard lock(mutex_);
    if (garbage_.size() == kPiecesAToothHolds) garbage_.clear();
    garbage_.push_back(std::make_unique<char[]>(piece_bytes_));
    std::memset(garbage_.back().get(), 0x5A, piece_bytes_);
  }

 private:
  const std::size_t piece_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> garbage_;
};

}  // namespace

std::unique_ptr<Leak> MakeSawtoothLookAlike(std::size_t piece_bytes) {
  return std::make_unique<SawtoothLookAlike>(piece_bytes);
}

}  // namespace seep::wallet
