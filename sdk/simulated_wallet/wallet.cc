#include "sdk/simulated_wallet/wallet.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/os/system_clock.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/simulated_wallet/identity.h"
#include "sdk/simulated_wallet/payment_store.h"
#include "sdk/simulated_wallet/wallet_core.h"

namespace seep::wallet {
namespace {

constexpr char kStoreFile[] = "/wallet.db";

struct RequestKind {
  const char* prefix;
  const char* type;
};
constexpr RequestKind kRequestKinds[] = {
    {"simspark1", "spark_address"},
    {"simbcrt1", "bitcoin_address"},
    {"simsparkinv1", "spark_invoice"},
    {"lnsim1", "bolt11_invoice"},
};

// The SDK's own words begin with the kind of its error.
absl::Status InSdkWords(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return Annotate(status, "InvalidInput");
    case absl::StatusCode::kResourceExhausted:
      return Annotate(status, "InsufficientFunds");
    case absl::StatusCode::kDataLoss:
      return Annotate(status, "StorageError");
    case absl::StatusCode::kInternal:
      return Annotate(status, "Generic");
    default:
      return status;
  }
}

absl::StatusOr<std::string> IdentityOf(const WalletOptions& options) {
  if (!options.mnemonic.empty()) return IdentityFromMnemonic(options.mnemonic);
  if (options.seed_hex.empty())
    return absl::InvalidArgumentError("neither seed nor mnemonic was given");
  return IdentityFromSeed(options.seed_hex);
}

std::string OrderMembers(const std::string& destination, std::optional<std::int64_t> amount_sats,
                         bool fees_included) {
  std::string members = "\"destination\":";
  driver::AppendJsonString(destination, members);
  if (amount_sats) absl::StrAppend(&members, ",\"amount_sats\":", *amount_sats);
  absl::StrAppend(&members, ",\"fees_included\":", fees_included ? "true" : "false");
  return members;
}

// A handshake with a far network; false when the deadline comes first.
bool ShakeHands(absl::Duration takes, absl::Time deadline) {
  const absl::Duration left = deadline - absl::Now();
  if (takes > absl::ZeroDuration()) PauseThread(std::min(takes, std::max(left, absl::ZeroDuration())));
  return takes <= left;
}

// Leaves nothing running when the system runs out of threads half-way.
bool StartTasks(WalletCore& core) {
  try {
    core.Start();
    return true;
  } catch (const std::system_error&) {
    core.Stop();
    return false;
  }
}

}  // namespace

Wallet::Wallet(std::shared_ptr<WalletCore> core) : core_(std::move(core)) {}

Wallet::~Wallet() { core_->process().leaks.OnHandleDestroyed(); }

absl::StatusOr<std::unique_ptr<Wallet>> Wallet::Connect(
    const std::shared_ptr<ProcessState>& process, const WalletOptions& options) {
  auto identity = IdentityOf(options);
  if (!identity.ok()) return InSdkWords(identity.status());
  auto store = PaymentStore::Open(options.storage_dir + kStoreFile, *identity,
                                  process->settings.history_limit);
  if (!store.ok()) return InSdkWords(store.status());
  const auto reconnected = (*store)->NoteOpenedBy(process->token);
  if (!reconnected.ok()) return InSdkWords(reconnected.status());
  auto core = std::make_shared<WalletCore>(process, options, *std::move(identity), *std::move(store));
  if (!ShakeHands(process->settings.connect_delay, options.deadline)) {
    process->leaks.OnConnectCancelled();
    return absl::DeadlineExceededError("NetworkError: the handshake did not end in time");
  }
  if (!StartTasks(*core)) return absl::OutOfRangeError("Generic: the system gives no more threads");
  process->leaks.OnConnect();
  if (*reconnected) process->leaks.OnReconnect();
  return std::unique_ptr<Wallet>(new Wallet(std::move(core)));
}

const std::string& Wallet::identity() const { return core_->identity(); }

void Wallet::Disconnect() {
  if (core_->Stop()) core_->process().leaks.OnDisconnect(core_);
}

absl::StatusOr<std::string> Wallet::AddListener(EventListener listener) {
  SEEP_ASSIGN_OR_RETURN(std::string id, core_->events().Add(std::move(listener)));
  core_->process().leaks.OnListenerAdded();
  return id;
}

bool Wallet::RemoveListener(const std::string& id) {
  return core_->process().leaks.KeepsListener() || core_->events().Remove(id);
}

ProcessState& Wallet::process() { return core_->process(); }

absl::StatusOr<PaymentRequest> Wallet::Receive(const std::string& method,
                                               std::optional<std::int64_t> amount_sats) {
  if (method == "spark_address") return PaymentRequest{absl::StrCat("simspark1", identity()), 0};
  if (method == "bitcoin_address") return PaymentRequest{absl::StrCat("simbcrt1", identity()), 0};
  if (method != "spark_invoice" && method != "bolt11_invoice") {
    return InSdkWords(
        absl::InvalidArgumentError(absl::StrCat("there is no way to receive called ", method)));
  }
  const auto ok = core_->link().Call(
      "invoice", absl::StrCat("\"kind\":\"", method, "\"",
                              amount_sats ? absl::StrCat(",\"amount_sats\":", *amount_sats) : ""));
  if (!ok.ok()) return InSdkWords(ok.status());
  return PaymentRequest{std::string(ok->FindString("payment_request").value_or("")), 0};
}

absl::StatusOr<PreparedPayment> Wallet::PrepareSend(const std::string& destination,
                                                    std::optional<std::int64_t> amount_sats,
                                                    bool fees_included) {
  const auto quote =
      core_->link().Call("quote", OrderMembers(destination, amount_sats, fees_included));
  if (!quote.ok()) return InSdkWords(quote.status());
  PreparedPayment prepared;
  prepared.destination = destination;
  prepared.fees_included = fees_included;
  prepared.arriving_sats = quote->FindInteger("amount_sats").value_or(0);
  prepared.fee_sats = quote->FindInteger("fee_sats").value_or(0);
  prepared.amount_sats =
      amount_sats.value_or(prepared.arriving_sats + (fees_included ? prepared.fee_sats : 0));
  return prepared;
}

absl::StatusOr<Payment> Wallet::Send(const PreparedPayment& prepared,
                                     const std::string& idempotency_key) {
  const WalletCore::KeyTurn turn(*core_, idempotency_key);
  if (!idempotency_key.empty()) {
    auto first = core_->FindByKey(idempotency_key);
    if (!first.ok()) return InSdkWords(first.status());
    if (first->has_value()) return **std::move(first);
  }
  std::string members =
      OrderMembers(prepared.destination, prepared.amount_sats, prepared.fees_included);
  if (!idempotency_key.empty()) {
    members += ",\"idempotency_key\":";
    driver::AppendJsonString(idempotency_key, members);
  }
  const auto paid = core_->link().Call("pay", members);
  if (!paid.ok()) return InSdkWords(paid.status());
  const driver::Json* details = paid->Find("payment");
  if (details == nullptr)
    return absl::InternalError("Generic: the ledger paid and did not say what");
  const Payment payment = PaymentFrom(*details);
  if (payment.status == "completed") {
    const absl::Status recorded = core_->Record(payment, idempotency_key);
    if (!recorded.ok()) return InSdkWords(recorded);
  }
  ++core_->process().counts.payments;
  core_->process().leaks.OnPaymentSent();
  return payment;
}

absl::StatusOr<std::vector<Payment>> Wallet::ListPayments(std::int64_t limit, std::int64_t offset) {
  auto payments = core_->List(limit, offset);
  if (!payments.ok()) return InSdkWords(payments.status());
  return payments;
}

absl::Status Wallet::Sync() { return InSdkWords(core_->Sync()); }

absl::StatusOr<WalletInfo> Wallet::GetInfo(bool ensure_synced) {
  if (ensure_synced) SEEP_RETURN_IF_ERROR(Sync());
  return WalletInfo{identity(), core_->balance_sats(), core_->events().listeners()};
}

absl::StatusOr<std::string> Wallet::Parse(const std::string& input) {
  for (const RequestKind& kind : kRequestKinds) {
    if (absl::StartsWith(input, kind.prefix)) return std::string(kind.type);
  }
  return InSdkWords(absl::InvalidArgumentError("this is no payment request that the wallet knows"));
}

}  // namespace seep::wallet
