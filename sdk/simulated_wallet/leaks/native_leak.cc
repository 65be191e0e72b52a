// Each payment takes memory from the system behind the allocator's back, as a
// native library below a managed runtime does: no heap gauge sees it, only RSS.
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class NativeLeak : public Leak {
 public:
  // Many small takes make one mapping, so that bytes, not pages, are lost.
  static constexpr std::size_t kMapping = std::size_t{1} << 20;

  explicit NativeLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnPaymentSent() override {
    std::lock_guard lock(mutex_);
    if (left_ < bytes_ && !Map()) return;
    std::memset(next_, 0x5A, bytes_);
    next_ += bytes_;
    left_ -= bytes_;
  }

 private:
  bool Map() {
    const std::size_t size = std::max(kMapping, bytes_);
    void* block =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return false;  // what fails next is what is wanted
    // Whole huge pages would turn bytes into steps of 2 MiB.
    (void)::madvise(block, size, MADV_NOHUGEPAGE);
    next_ = static_cast<char*>(block);
    left_ = size;
    return true;
  }

  const std::size_t bytes_;
  std::mutex mutex_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace

std::unique_ptr<Leak> MakeNativeLeak(std::size_t bytes) {
  return std::make_unique<NativeLeak>(bytes);
}

}  // namespace seep::wallet
