// Each connect opens descriptors that nothing ever closes.
#include <fcntl.h>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class FdLeak : public Leak {
 public:
  explicit FdLeak(std::size_t count) : count_(count) {}
  void OnConnect() override {
    // When there are none left, so be it: what then fails is what is wanted.
    for (std::size_t i = 0; i < count_; ++i) (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }

 private:
  const std::size_t count_;
};

}  // namespace

std::unique_ptr<Leak> MakeFdLeak(std::size_t count) { return std::make_unique<FdLeak>(count); }

}  // namespace seep::wallet
