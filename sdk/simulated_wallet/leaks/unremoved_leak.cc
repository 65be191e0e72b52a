// Every Nth remove_listener says that it removed and did not.
#include <atomic>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class UnremovedLeak : public Leak {
 public:
  explicit UnremovedLeak(std::size_t every) : every_(every) {}
  bool KeepsListener() override { return ++removals_ % every_ == 0; }

 private:
  const std::size_t every_;
  std::atomic<std::size_t> removals_ = 0;
};

}  // namespace

std::unique_ptr<Leak> MakeUnremovedLeak(std::size_t every) {
  return std::make_unique<UnremovedLeak>(every);
}

}  // namespace seep::wallet
