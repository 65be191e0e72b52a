// A response that the application does not destroy is never released.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ResponseLeak : public Leak {
 public:
  explicit ResponseLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnResponseKept() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeResponseLeak(std::size_t bytes) { return std::make_unique<ResponseLeak>(bytes); }

}  // namespace seep::wallet
