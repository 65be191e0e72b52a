// Something ticks once a second and keeps what it made, whatever the wallets do.
#include "sdk/simulated_wallet/background_task.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class TimeLeak : public Leak {
 public:
  explicit TimeLeak(std::size_t bytes_per_second) {
    ticker_.Start("leak-time", [bytes_per_second](StopSignal& stop) {
      while (!stop.WaitFor(absl::Seconds(1))) LoseMemory(bytes_per_second);
    });
  }
  ~TimeLeak() override { ticker_.Stop(); }

 private:
  BackgroundTask ticker_;
};

}  // namespace

std::unique_ptr<Leak> MakeTimeLeak(std::size_t bytes_per_second) {
  return std::make_unique<TimeLeak>(bytes_per_second);
}

}  // namespace seep::wallet
