// What a connected wallet consists of, apart from the handle: storage, link,
// listeners and the threads that keep it going.
//
// The threads hold the core. So a core whose handle goes without Stop lives and
// works on, as an SDK's does whose destructor does not stop its tasks.
//
// Threads: Start and Stop from one; the rest safe from any.
// Owns:    everything of one wallet. Shares the process state.
// Failure: as Wallet (wallet.h).
#ifndef SEEP_SDK_SIMULATED_WALLET_WALLET_CORE_H_
#define SEEP_SDK_SIMULATED_WALLET_WALLET_CORE_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sdk/simulated_wallet/background_task.h"
#include "sdk/simulated_wallet/event_hub.h"
#include "sdk/simulated_wallet/ledger_link.h"
#include "sdk/simulated_wallet/payment_store.h"
#include "sdk/simulated_wallet/process_state.h"
#include "sdk/simulated_wallet/wallet_types.h"

namespace seep::wallet {

class WalletCore : public std::enable_shared_from_this<WalletCore> {
 public:
  // `options` are not kept: they hold secrets.
  WalletCore(std::shared_ptr<ProcessState> process, const WalletOptions& options,
             std::string identity, std::unique_ptr<PaymentStore> store);

  void Start();
  // Ends the threads and closes link and storage; false when that was done.
  bool Stop();

  const std::string& identity() const { return identity_; }
  ProcessState& process() { return *process_; }
  EventHub& events() { return events_; }
  LedgerLink& link() { return link_; }
  std::int64_t balance_sats() const { return balance_sats_; }

  absl::Status Sync();
  // Stores, and tells the listeners of what is new.
  absl::Status Record(const Payment& payment, const std::string& idempotency_key);
  absl::StatusOr<std::optional<Payment>> FindByKey(const std::string& idempotency_key);
  // Calls that would pay with the same key wait for each other, so that the
  // later ones find the first one's payment. An empty key waits for nobody.
  class KeyTurn {
   public:
    KeyTurn(WalletCore& core, const std::string& idempotency_key);
    ~KeyTurn();
    KeyTurn(const KeyTurn&) = delete;
    KeyTurn& operator=(const KeyTurn&) = delete;

   private:
    WalletCore& core_;
    const std::string key_;
  };
  absl::StatusOr<std::vector<Payment>> List(std::int64_t limit, std::int64_t offset);

 private:
  absl::StatusOr<std::shared_ptr<PaymentStore>> Store();
  absl::Status FetchNewPayments(PaymentStore& store);

  const std::shared_ptr<ProcessState> process_;
  const Counted counted_;
  const std::string identity_;
  const std::string endpoint_;  // of the ledger; empty: offline
  std::atomic<std::int64_t> balance_sats_ = 0;
  EventHub events_;
  LedgerLink link_;
  std::mutex store_mutex_;
  std::shared_ptr<PaymentStore> store_;  // null once stopped
  std::mutex sync_mutex_;                // one sync at a time
  std::mutex keys_mutex_;
  std::condition_variable key_free_;
  std::set<std::string> keys_paying_;  // guarded by keys_mutex_; one for each send under way at most
  std::shared_ptr<SharedContext> shared_context_;  // null: of its own, or left
  BackgroundTask link_task_, sync_task_, event_task_;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_WALLET_CORE_H_
