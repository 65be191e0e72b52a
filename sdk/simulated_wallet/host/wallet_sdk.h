// The simulated wallet as Seep's driver protocol sees it.
//
// Threads: as driver_host::Sdk says.
// Settings of `initialize`: leaks {name: size}, ledger "HOST:PORT",
//          sync_interval_ms, history_limit, connect_delay_ms, faucet_url
//          (accepted, not used).
#ifndef SEEP_SDK_SIMULATED_WALLET_HOST_WALLET_SDK_H_
#define SEEP_SDK_SIMULATED_WALLET_HOST_WALLET_SDK_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sdk/driver_host/sdk.h"
#include "sdk/simulated_wallet/process_state.h"

namespace seep::wallet {

class WalletSdk : public driver_host::Sdk {
 public:
  driver_host::SdkDescription Describe() const override;
  absl::Status Initialize(const driver::Json& settings, driver_host::Notifier& notifier) override;
  absl::StatusOr<std::unique_ptr<driver_host::SdkInstance>> Connect(
      const driver_host::ConnectOptions& options) override;
  std::vector<std::pair<std::string, std::optional<double>>> Metrics() override;
  absl::StatusOr<std::string> Parse(const std::string& input) override;
  // Returns free memory to the system; the answer is what is allocated.
  absl::StatusOr<std::optional<std::int64_t>> CollectGarbage() override;
  absl::StatusOr<driver::Json> Invoke(const std::string& operation,
                                      const driver::Json& arguments) override;
  bool HasBackgroundWork() const override;

 private:
  std::shared_ptr<ProcessState> process_;
  driver_host::Notifier* notifier_ = nullptr;
};

// The wallet's part of `initialize`'s settings; kInvalidArgument names what is wrong.
absl::StatusOr<std::shared_ptr<ProcessState>> ReadSettings(const driver::Json& settings);

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_HOST_WALLET_SDK_H_
