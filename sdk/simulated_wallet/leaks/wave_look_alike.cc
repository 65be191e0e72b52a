// No leak: buffers swell and shrink with a load that comes and goes.
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "sdk/simulated_wallet/background_task.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class WaveLookAlike : public Leak {
 public:
  static constexpr int kStepsAWave = 40;  // a wave takes ten seconds
  static constexpr std::size_t kBuffers = 64;

  explicit WaveLookAlike(std::size_t crest_bytes) {
    ticker_.Start("look-alike-wave", [crest_bytes](StopSignal& stop) {
      std::vector<std::unique_ptr<char[]>> buffers;
      const std::size_t each = crest_bytes / kBuffers + 1;
      for (int step = 0; !stop.WaitFor(absl::Milliseconds(250)); ++step) {
        const double turn = 2 * std::numbers::pi * step / kStepsAWave;
        const auto wanted = static_cast<std::size_t>(kBuffers * (1 - std::cos(turn)) / 2);
        if (buffers.size() > wanted) buffers.resize(wanted);
        while (buffers.size() < wanted) {
          buffers.push_back(std::make_unique<char[]>(each));
          std::memset(buffers.back().get(), 0x5A, each);
        }
      }
    });
  }
  ~WaveLookAlike() override { ticker_.Stop(); }

 private:
  BackgroundTask ticker_;
};

}  // namespace

std::unique_ptr<Leak> MakeWaveLookAlike(std::size_t crest_bytes) {
  return std::make_unique<WaveLookAlike>(crest_bytes);
}

}  // namespace seep::wallet
