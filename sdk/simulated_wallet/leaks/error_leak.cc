// The path that an error takes out of the SDK forgets what the call had allocated.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ErrorLeak : public Leak {
 public:
  explicit ErrorLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnCallFailed() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeErrorLeak(std::size_t bytes) { return std::make_unique<ErrorLeak>(bytes); }

}  // namespace seep::wallet
