// Who owns what on the simulated network. Pure: no I/O, no clock, no threads.
//
// Owns:    accounts, invoices, transfers.
// Failure: kInvalidArgument (bad destination, amount, self-payment, invoice
//          paid already), kResourceExhausted (insufficient funds),
//          kUnimplemented (on-chain sends), kOutOfRange (a limit).
// Bound:   every table has a limit and drops its oldest entry there, money
//          excepted: an account that owns something is never dropped.
// Invariant: balances + money in settlement + fees == funded.
#ifndef SEEP_SDK_SIMULATED_NETWORK_LEDGER_H_
#define SEEP_SDK_SIMULATED_NETWORK_LEDGER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/os/random.h"
#include "sdk/simulated_network/destination.h"

namespace seep::simnet {

struct LedgerLimits {
  std::size_t accounts = 100'000;
  std::size_t history = 1'000;  // transfers an account remembers; also its idempotency keys
  std::size_t invoices = 10'000;
  std::size_t settling = 10'000;  // lightning payments under way
};
struct FeePolicy {
  std::int64_t lightning_base_sats = 1;
  std::int64_t lightning_ppm = 1'000;
};

enum class AccountId : std::uint64_t { kNone = 0 };
enum class PaymentMethod { kSpark, kLightning, kDeposit };
std::string_view PaymentMethodName(PaymentMethod method);

struct Transfer {
  std::string id;
  std::int64_t sequence = 0;  // order of completion; 0 while it settles
  PaymentMethod method = PaymentMethod::kSpark;
  AccountId from = AccountId::kNone;  // kNone: the faucet
  AccountId to = AccountId::kNone;
  std::int64_t amount_sats = 0;  // what arrives
  std::int64_t fee_sats = 0;     // what the sender pays on top
  std::int64_t timestamp = 0;    // Unix seconds, when it began
  bool completed() const { return sequence != 0; }
};
using TransferPtr = std::shared_ptr<const Transfer>;

struct Quote {
  PaymentMethod method = PaymentMethod::kSpark;
  std::int64_t amount_sats = 0;
  std::int64_t fee_sats = 0;
};

struct PayOrder {
  std::string destination;
  std::optional<std::int64_t> amount_sats;  // needed when the destination names none
  bool fees_included = false;
  std::string idempotency_key;
};

class Ledger {
 public:
  // The same `seed` gives the same payment and invoice ids.
  Ledger(LedgerLimits limits, FeePolicy fees, std::uint64_t seed);

  // The account of `identity`, made when there is none.
  absl::StatusOr<AccountId> Open(const std::string& identity);
  // An open session keeps an account from being dropped.
  void AddSession(AccountId account);
  void RemoveSession(AccountId account);

  absl::StatusOr<std::string> CreateInvoice(AccountId payee, DestinationKind kind,
                                            std::optional<std::int64_t> amount_sats);
  absl::StatusOr<Quote> QuotePayment(AccountId payer, const PayOrder& order) const;
  // Spark completes at once; lightning leaves the payer and settles later. A
  // key that was used gives the first transfer again.
  absl::StatusOr<TransferPtr> Pay(AccountId payer, const PayOrder& order, std::int64_t now);
  // The completed transfer; nullptr when it had settled already.
  TransferPtr Settle(const std::string& transfer_id);
  absl::StatusOr<TransferPtr> Fund(const Destination& destination, std::int64_t amount_sats,
                                   std::int64_t now);

  std::int64_t Balance(AccountId account) const;  // 0 for an account that was dropped
  // Completed transfers with a sequence above `after`, oldest first.
  std::vector<TransferPtr> History(AccountId account, std::int64_t after, std::size_t limit) const;

  std::size_t accounts() const { return accounts_.size(); }
  std::size_t invoices() const { return invoices_.size(); }
  std::int64_t last_sequence() const { return next_sequence_ - 1; }
  std::int64_t funded_sats() const { return funded_sats_; }
  std::int64_t fees_sats() const { return fees_sats_; }
  std::int64_t settling_sats() const { return settling_sats_; }
  std::int64_t balances_sats() const;

 private:
  struct Account {
    std::string identity;
    std::int64_t balance_sats = 0;
    int sessions = 0;
    std::deque<TransferPtr> history;
    std::unordered_map<std::string, TransferPtr> by_key;
    std::deque<std::string> keys;  // oldest first
  };
  struct Invoice {
    AccountId payee = AccountId::kNone;
    DestinationKind kind = DestinationKind::kSparkInvoice;
    std::optional<std::int64_t> amount_sats;
    bool paid = false;
  };
  struct Resolved {
    Quote quote;
    AccountId payee = AccountId::kNone;  // kNone: an identity that was never seen
    std::string payee_identity;
    std::string invoice;  // empty: an address
  };

  absl::StatusOr<Resolved> Resolve(AccountId payer, const PayOrder& order) const;
  absl::StatusOr<Quote> Price(PaymentMethod method, std::int64_t amount_sats,
                              bool fees_included) const;
  std::int64_t LightningFee(std::int64_t amount_sats) const;
  void Complete(const std::shared_ptr<Transfer>& transfer);
  void Remember(AccountId account, const TransferPtr& transfer);
  void RememberKey(Account& account, const std::string& key, const TransferPtr& transfer);
  bool DropIdleAccounts();
  std::string NewId(std::string_view prefix, int words);

  const LedgerLimits limits_;
  const FeePolicy fees_;
  Random random_;
  std::uint64_t next_account_ = 1;
  std::int64_t next_sequence_ = 1;
  std::int64_t funded_sats_ = 0, fees_sats_ = 0, settling_sats_ = 0;
  std::map<AccountId, Account> accounts_;  // in the order they came
  std::unordered_map<std::string, AccountId> by_identity_;
  std::unordered_map<std::string, Invoice> invoices_;
  std::deque<std::string> invoice_order_;
  std::unordered_map<std::string, std::shared_ptr<Transfer>> settling_;
};

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_LEDGER_H_
