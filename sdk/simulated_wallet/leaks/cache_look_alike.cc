// No leak: a cache of payments that fills up and then stays as large as it is.
#include <cstring>
#include <deque>
#include <mutex>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class CacheLookAlike : public Leak {
 public:
  static constexpr std::size_t kEntries = 1'024;

  explicit CacheLookAlike(std::size_t entry_bytes) : entry_bytes_(entry_bytes) {}
  void OnPaymentSent() override {
    std::lock_guard lock(mutex_);
    // The oldest goes first, so that the new one fits where it was.
    if (entries_.size() == kEntries) entries_.pop_front();
    entries_.push_back(std::make_unique<char[]>(entry_bytes_));
    std::memset(entries_.back().get(), 0x5A, entry_bytes_);
  }
  std::int64_t cached_entries() const override {
    std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(entries_.size());
  }

 private:
  const std::size_t entry_bytes_;
  mutable std::mutex mutex_;
  std::deque<std::unique_ptr<char[]>> entries_;
};

}  // namespace

std::unique_ptr<Leak> MakeCacheLookAlike(std::size_t entry_bytes) {
  return std::make_unique<CacheLookAlike>(entry_bytes);
}

}  // namespace seep::wallet
