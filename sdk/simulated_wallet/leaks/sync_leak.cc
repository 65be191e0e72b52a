// Each sync that was asked for leaves its result behind.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class SyncLeak : public Leak {
 public:
  explicit SyncLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnSynced() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeSyncLeak(std::size_t bytes) { return std::make_unique<SyncLeak>(bytes); }

}  // namespace seep::wallet
