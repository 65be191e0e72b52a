// A simulated wallet SDK: the product that Seep practises on. It keeps money on
// the simulated network and its history on disk, and runs in the background.
//
//   auto wallet = Wallet::Connect(process, {.seed_hex = ..., .storage_dir = ...});
//   auto prepared = wallet->PrepareSend("simspark1...", 1000, false);
//   wallet->Send(*prepared, "key-1");
//   wallet->Disconnect();   // ends its threads; destruction alone does not
//
// Threads: safe from any; Disconnect not while other calls are under way, and
//          not from a listener.
// Owns:    a handle. Destroying it frees the handle and nothing else: without
//          Disconnect its tasks work on and hold the rest, for good.
// Failure: kInvalidArgument input refused · kResourceExhausted insufficient
//          funds · kUnavailable no network (try again) · kDataLoss storage ·
//          kUnimplemented · kFailedPrecondition disconnected · kOutOfRange a
//          limit. Messages begin as the SDK's own would: "NetworkError: ...".
// Surprises: connects without a network; what needs one then fails.
#ifndef SEEP_SDK_SIMULATED_WALLET_WALLET_H_
#define SEEP_SDK_SIMULATED_WALLET_WALLET_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sdk/simulated_wallet/process_state.h"
#include "sdk/simulated_wallet/wallet_types.h"

namespace seep::wallet {

class WalletCore;

class Wallet {
 public:
  static absl::StatusOr<std::unique_ptr<Wallet>> Connect(
      const std::shared_ptr<ProcessState>& process, const WalletOptions& options);
  ~Wallet();
  Wallet(const Wallet&) = delete;
  Wallet& operator=(const Wallet&) = delete;

  const std::string& identity() const;
  void Disconnect();  // idempotent

  absl::StatusOr<std::string> AddListener(EventListener listener);
  bool RemoveListener(const std::string& id);  // also after Disconnect

  // `method`: "spark_address", "spark_invoice", "bolt11_invoice", "bitcoin_address".
  absl::StatusOr<PaymentRequest> Receive(const std::string& method,
                                         std::optional<std::int64_t> amount_sats);
  absl::StatusOr<PreparedPayment> PrepareSend(const std::string& destination,
                                              std::optional<std::int64_t> amount_sats,
                                              bool fees_included);
  // Returns once the payment is completed. An empty key is none.
  absl::StatusOr<Payment> Send(const PreparedPayment& prepared, const std::string& idempotency_key);
  // Newest first; limit 0: all that the history keeps.
  absl::StatusOr<std::vector<Payment>> ListPayments(std::int64_t limit, std::int64_t offset);
  absl::Status Sync();
  absl::StatusOr<WalletInfo> GetInfo(bool ensure_synced);

  // For the application's own shim: what it sees that the wallet does not.
  ProcessState& process();

  // The kind of payment request that `input` is; needs no network.
  static absl::StatusOr<std::string> Parse(const std::string& input);

 private:
  explicit Wallet(std::shared_ptr<WalletCore> core);

  const std::shared_ptr<WalletCore> core_;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_WALLET_H_
