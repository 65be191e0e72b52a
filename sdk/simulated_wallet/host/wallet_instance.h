// One wallet behind the driver protocol.
#ifndef SEEP_SDK_SIMULATED_WALLET_HOST_WALLET_INSTANCE_H_
#define SEEP_SDK_SIMULATED_WALLET_HOST_WALLET_INSTANCE_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "sdk/driver_host/sdk.h"
#include "sdk/simulated_wallet/wallet.h"

namespace seep::wallet {

class WalletInstance : public driver_host::SdkInstance {
 public:
  WalletInstance(std::string name, std::shared_ptr<Wallet> wallet, driver_host::Notifier& notifier);
  // Frees the handle only. Listeners that the wallet still holds fall silent:
  // their name may belong to another instance soon.
  ~WalletInstance() override;

  std::string identity() const override { return wallet_->identity(); }
  absl::Status Disconnect() override;
  absl::StatusOr<std::string> AddListener(bool capture_instance) override;
  absl::StatusOr<bool> RemoveListener(const std::string& listener) override;
  absl::StatusOr<driver_host::ReceiveResult> Receive(
      const driver_host::ReceiveOptions& options) override;
  absl::StatusOr<driver_host::PrepareResult> PrepareSend(
      const driver_host::PrepareOptions& options) override;
  absl::StatusOr<driver_host::Payment> Send(driver_host::PreparedPayment& prepared,
                                            const std::string& idempotency_key) override;
  absl::StatusOr<driver_host::ListResult> ListPayments(
      const driver_host::ListOptions& options) override;
  absl::Status Sync() override;
  absl::StatusOr<driver_host::Info> GetInfo(bool ensure_synced) override;
  absl::StatusOr<driver::Json> Invoke(const std::string& operation,
                                      const driver::Json& arguments) override;

 private:
  // What a listener needs of us; shared because it may outlive us.
  struct Mouth {
    std::string instance;
    driver_host::Notifier* notifier;
    std::atomic<bool> open = true;
  };

  // Says that a call failed; hands its outcome on.
  template <typename Outcome>
  Outcome Noted(Outcome outcome) {
    if (!outcome.ok()) wallet_->process().leaks.OnCallFailed();
    return outcome;
  }

  std::shared_ptr<Wallet> wallet_;
  std::shared_ptr<Mouth> mouth_;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_HOST_WALLET_INSTANCE_H_
