// A listener's registration outlives the listener.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ListenerLeak : public Leak {
 public:
  explicit ListenerLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnListenerAdded() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeListenerLeak(std::size_t bytes) {
  return std::make_unique<ListenerLeak>(bytes);
}

}  // namespace seep::wallet
