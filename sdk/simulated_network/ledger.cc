#include "sdk/simulated_network/ledger.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/status_macros.h"

namespace seep::simnet {
namespace {
// All the bitcoin there can be: sums of it stay far inside 2^53.
constexpr std::int64_t kMaxSats = 2'100'000'000'000'000;
constexpr std::size_t kMaxKeyBytes = 128;
}  // namespace

std::string_view PaymentMethodName(PaymentMethod method) {
  switch (method) {
    case PaymentMethod::kSpark:
      return "spark";
    case PaymentMethod::kLightning:
      return "lightning";
    case PaymentMethod::kDeposit:
      return "deposit";
  }
  return "unknown";
}

Ledger::Ledger(LedgerLimits limits, FeePolicy fees, std::uint64_t seed)
    : limits_(limits), fees_(fees), random_(seed) {}

std::string Ledger::NewId(std::string_view prefix, int words) {
  std::string id(prefix);
  for (int i = 0; i < words; ++i) absl::StrAppendFormat(&id, "%016x", random_.Next());
  return id;
}

absl::StatusOr<AccountId> Ledger::Open(const std::string& identity) {
  if (!IsIdentity(identity))
    return absl::InvalidArgumentError("the identity is not 66 hexadecimal characters");
  if (const auto found = by_identity_.find(identity); found != by_identity_.end())
    return found->second;
  if (accounts_.size() >= limits_.accounts && !DropIdleAccounts()) {
    return absl::OutOfRangeError(
        absl::StrCat("the ledger holds ", limits_.accounts, " accounts, all in use"));
  }
  const AccountId id{next_account_++};
  accounts_[id].identity = identity;
  by_identity_.emplace(identity, id);
  return id;
}

// A tenth at a time, so that the search is paid once for many new accounts.
bool Ledger::DropIdleAccounts() {
  std::size_t wanted = std::max<std::size_t>(1, limits_.accounts / 10);
  for (auto it = accounts_.begin(); it != accounts_.end() && wanted > 0;) {
    if (it->second.balance_sats != 0 || it->second.sessions != 0) {
      ++it;
      continue;
    }
    by_identity_.erase(it->second.identity);
    it = accounts_.erase(it);
    --wanted;
  }
  return accounts_.size() < limits_.accounts;
}

void Ledger::AddSession(AccountId account) { ++accounts_[account].sessions; }
void Ledger::RemoveSession(AccountId account) { --accounts_[account].sessions; }

absl::StatusOr<std::string> Ledger::CreateInvoice(AccountId payee, DestinationKind kind,
                                                  std::optional<std::int64_t> amount_sats) {
  if (amount_sats && (*amount_sats < 1 || *amount_sats > kMaxSats)) {
    return absl::InvalidArgumentError(
        absl::StrCat("an invoice's amount is 1 to ", kMaxSats, " sats"));
  }
  if (invoices_.size() >= limits_.invoices) {
    invoices_.erase(invoice_order_.front());
    invoice_order_.pop_front();
  }
  const std::string id = NewId("", 2);
  invoices_[id] = Invoice{payee, kind, amount_sats, false};
  invoice_order_.push_back(id);
  return FormatDestination({kind, id});
}

std::int64_t Ledger::LightningFee(std::int64_t amount_sats) const {
  // Rounded up, as a router would.
  return fees_.lightning_base_sats + (amount_sats * fees_.lightning_ppm + 999'999) / 1'000'000;
}

absl::StatusOr<Quote> Ledger::Price(PaymentMethod method, std::int64_t amount_sats,
                                    bool fees_included) const {
  if (amount_sats < 1 || amount_sats > kMaxSats) {
    return absl::InvalidArgumentError(absl::StrCat("an amount is 1 to ", kMaxSats, " sats"));
  }
  Quote quote{method, amount_sats, 0};
  if (method == PaymentMethod::kLightning) quote.fee_sats = LightningFee(amount_sats);
  if (fees_included) quote.amount_sats -= quote.fee_sats;
  if (quote.amount_sats < 1) return absl::InvalidArgumentError("the amount does not cover the fee");
  return quote;
}

absl::StatusOr<Ledger::Resolved> Ledger::Resolve(AccountId payer, const PayOrder& order) const {
  SEEP_ASSIGN_OR_RETURN(const Destination destination, ParseDestination(order.destination));
  if (destination.kind == DestinationKind::kBitcoinAddress) {
    return absl::UnimplementedError("on-chain sends are not simulated");
  }
  Resolved resolved;
  std::optional<std::int64_t> amount = order.amount_sats;
  if (destination.kind == DestinationKind::kSparkAddress) {
    resolved.payee_identity = destination.body;
    if (const auto found = by_identity_.find(destination.body); found != by_identity_.end()) {
      resolved.payee = found->second;
    }
  } else {
    const auto found = invoices_.find(destination.body);
    if (found == invoices_.end() || found->second.kind != destination.kind ||
        !accounts_.count(found->second.payee)) {
      return absl::InvalidArgumentError("the invoice is unknown or too old");
    }
    const Invoice& invoice = found->second;
    if (invoice.paid) return absl::InvalidArgumentError("the invoice is paid already");
    if (amount && invoice.amount_sats && *amount != *invoice.amount_sats) {
      return absl::InvalidArgumentError(
          absl::StrCat("the invoice asks for ", *invoice.amount_sats, " sats"));
    }
    if (invoice.amount_sats) amount = invoice.amount_sats;
    resolved.payee = invoice.payee;
    resolved.invoice = destination.body;
  }
  if (!amount)
    return absl::InvalidArgumentError("an amount is required: the destination names none");
  if (resolved.payee == payer) return absl::InvalidArgumentError("a wallet cannot pay itself");
  const bool lightning = destination.kind == DestinationKind::kBolt11Invoice;
  SEEP_ASSIGN_OR_RETURN(
      resolved.quote, Price(lightning ? PaymentMethod::kLightning : PaymentMethod::kSpark, *amount,
                            order.fees_included));
  return resolved;
}

absl::StatusOr<Quote> Ledger::QuotePayment(AccountId payer, const PayOrder& order) const {
  SEEP_ASSIGN_OR_RETURN(const Resolved resolved, Resolve(payer, order));
  return resolved.quote;
}

absl::StatusOr<TransferPtr> Ledger::Pay(AccountId payer, const PayOrder& order, std::int64_t now) {
  if (order.idempotency_key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an idempotency key has at most ", kMaxKeyBytes, " bytes"));
  }
  Account& from = accounts_.at(payer);
  if (const auto first = from.by_key.find(order.idempotency_key); first != from.by_key.end())
    return first->second;
  SEEP_ASSIGN_OR_RETURN(Resolved resolved, Resolve(payer, order));
  const Quote& quote = resolved.quote;
  const std::int64_t total = quote.amount_sats + quote.fee_sats;
  if (from.balance_sats < total) {
    return absl::ResourceExhaustedError(
        absl::StrCat("insufficient funds: ", total, " sats needed, ", from.balance_sats, " there"));
  }
  if (settling_.size() >= limits_.settling)
    return absl::OutOfRangeError("too many payments are settling");
  if (resolved.payee == AccountId::kNone) {
    SEEP_ASSIGN_OR_RETURN(resolved.payee, Open(resolved.payee_identity));
  }
  auto transfer =
      std::make_shared<Transfer>(Transfer{NewId("simpay-", 1), 0, quote.method, payer,
                                          resolved.payee, quote.amount_sats, quote.fee_sats, now});
  if (!resolved.invoice.empty()) invoices_[resolved.invoice].paid = true;
  from.balance_sats -= total;
  settling_sats_ += total;
  RememberKey(from, order.idempotency_key, transfer);
  AddSession(resolved.payee);  // the payee must not be dropped while money is on its way
  if (quote.method == PaymentMethod::kLightning) {
    settling_.emplace(transfer->id, transfer);
  } else {
    Complete(transfer);
  }
  return TransferPtr(transfer);
}

TransferPtr Ledger::Settle(const std::string& transfer_id) {
  const auto found = settling_.find(transfer_id);
  if (found == settling_.end()) return nullptr;
  const auto transfer = found->second;
  settling_.erase(found);
  Complete(transfer);
  return transfer;
}

void Ledger::Complete(const std::shared_ptr<Transfer>& transfer) {
  transfer->sequence = next_sequence_++;
  settling_sats_ -= transfer->amount_sats + transfer->fee_sats;
  fees_sats_ += transfer->fee_sats;
  accounts_.at(transfer->to).balance_sats += transfer->amount_sats;
  RemoveSession(transfer->to);
  Remember(transfer->from, transfer);
  Remember(transfer->to, transfer);
}

absl::StatusOr<TransferPtr> Ledger::Fund(const Destination& destination, std::int64_t amount_sats,
                                         std::int64_t now) {
  const bool spark = destination.kind == DestinationKind::kSparkAddress;
  if (!spark && destination.kind != DestinationKind::kBitcoinAddress) {
    return absl::InvalidArgumentError("the faucet pays to addresses, not to invoices");
  }
  if (amount_sats < 1 || amount_sats > kMaxSats - funded_sats_) {
    return absl::InvalidArgumentError("the faucet has not got that amount");
  }
  SEEP_ASSIGN_OR_RETURN(const AccountId payee, Open(destination.body));
  const PaymentMethod method = spark ? PaymentMethod::kSpark : PaymentMethod::kDeposit;
  auto transfer = std::make_shared<Transfer>(
      Transfer{NewId("simpay-", 1), 0, method, AccountId::kNone, payee, amount_sats, 0, now});
  funded_sats_ += amount_sats;
  settling_sats_ += amount_sats;
  AddSession(payee);
  Complete(transfer);
  return TransferPtr(transfer);
}

void Ledger::Remember(AccountId id, const TransferPtr& transfer) {
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return;  // the faucet, or a payer dropped meanwhile
  auto& history = found->second.history;
  history.push_back(transfer);
  if (history.size() > limits_.history) history.pop_front();
}

void Ledger::RememberKey(Account& account, const std::string& key, const TransferPtr& transfer) {
  if (key.empty()) return;
  account.by_key.emplace(key, transfer);
  account.keys.push_back(key);
  if (account.keys.size() <= limits_.history) return;
  account.by_key.erase(account.keys.front());
  account.keys.pop_front();
}

std::int64_t Ledger::Balance(AccountId account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? 0 : found->second.balance_sats;
}

std::vector<TransferPtr> Ledger::History(AccountId account, std::int64_t after,
                                         std::size_t limit) const {
  const auto& history = accounts_.at(account).history;
  auto first = std::upper_bound(
      history.begin(), history.end(), after,
      [](std::int64_t sequence, const TransferPtr& t) { return sequence < t->sequence; });
  const auto count = std::min<std::size_t>(limit, static_cast<std::size_t>(history.end() - first));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

std::int64_t Ledger::balances_sats() const {
  std::int64_t sum = 0;
  for (const auto& [id, account] : accounts_) sum += account.balance_sats;
  return sum;
}

}  // namespace seep::simnet
