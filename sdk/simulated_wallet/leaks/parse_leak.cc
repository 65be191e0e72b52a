// Each parsed input stays in memory.
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ParseLeak : public Leak {
 public:
  explicit ParseLeak(std::size_t bytes) : bytes_(bytes) {}
  void OnParsed() override { LoseMemory(bytes_); }

 private:
  const std::size_t bytes_;
};

}  // namespace

std::unique_ptr<Leak> MakeParseLeak(std::size_t bytes) { return std::make_unique<ParseLeak>(bytes); }

}  // namespace seep::wallet
