// No leak: blocks of mixed sizes come and go in no order, so that the heap gets
// holes. RSS climbs, ever slower, to a level above what is allocated, and stays.
#include <array>
#include <cstring>
#include <mutex>

#include "common/os/random.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class FragmentationLookAlike : public Leak {
 public:
  static constexpr std::size_t kBlocks = 2'048;

  explicit FragmentationLookAlike(std::size_t block_bytes)
      : block_bytes_(block_bytes), random_(20261121) {}
  void OnPaymentSent() override {
    std::lock_guard lock(mutex_);
    // From an eighth to twice the stated size; on average about once it.
    const std::size_t least = block_bytes_ / 8 + 1;
    const std::size_t bytes = least + random_.Below(block_bytes_ * 2 - least + 1);
    auto block = std::make_unique<char[]>(bytes);
    std::memset(block.get(), 0x5A, bytes);
    // Only now is the old one freed: the new one cannot take its place.
    blocks_[random_.Below(kBlocks)] = std::move(block);
  }

 private:
  const std::size_t block_bytes_;
  std::mutex mutex_;
  Random random_;
  std::array<std::unique_ptr<char[]>, kBlocks> blocks_;
};

}  // namespace

std::unique_ptr<Leak> MakeFragmentationLookAlike(std::size_t block_bytes) {
  return std::make_unique<FragmentationLookAlike>(block_bytes);
}

}  // namespace seep::wallet
