#include "sdk/simulated_wallet/wallet_core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::wallet {
namespace {

// Small: a page is parsed as a whole, and its peak would show in RSS as a step.
constexpr std::size_t kPage = 100;
// Loopback answers or refuses at once; a ledger that hangs must not hang
// connect, the link goes on trying.
constexpr absl::Duration kFirstAttemptLimit = absl::Seconds(3);

std::string EventType(const Payment& payment) {
  if (payment.status == "pending") return "payment_pending";
  if (payment.status == "failed") return "payment_failed";
  return payment.method == "deposit" ? "claimed_deposits" : "payment_succeeded";
}

}  // namespace

WalletCore::WalletCore(std::shared_ptr<ProcessState> process, const WalletOptions& options,
                       std::string identity, std::unique_ptr<PaymentStore> store)
    : process_(std::move(process)),
      counted_(process_->counts.wallets),
      identity_(std::move(identity)),
      endpoint_(options.network_down ? "" : process_->settings.ledger_endpoint),
      events_(process_->settings.max_listeners, process_->counts),
      link_(endpoint_, identity_,
            // What cannot be stored now comes back with the next sync.
            {.payment_arrived = [this](const Payment& payment) { (void)Record(payment, ""); },
             .balance_known = [this](std::int64_t sats) { balance_sats_ = sats; }},
            process_->counts),
      store_(std::move(store)),
      shared_context_(process_->contexts.Join(options.context)) {}

void WalletCore::Start() {
  const auto self = shared_from_this();
  event_task_.Start("sim-events", [self](StopSignal&) {
    const Counted task(self->process_->counts.tasks);
    self->events_.Deliver();
  });
  if (endpoint_.empty()) return;
  link_task_.Start("sim-link", [self](StopSignal& stop) {
    const Counted task(self->process_->counts.tasks);
    self->link_.Run(stop);
  });
  sync_task_.Start("sim-sync", [self](StopSignal& stop) {
    const Counted task(self->process_->counts.tasks);
    // A failed sync is tried again next time; the link heals by itself.
    while (!stop.WaitFor(self->process_->settings.sync_interval)) (void)self->Sync();
  });
  link_.WaitForFirstAttempt(kFirstAttemptLimit);
}

bool WalletCore::Stop() {
  // The link first: it ends the calls that a sync may wait for.
  link_task_.Stop();
  sync_task_.Stop();
  events_.StopDelivery();
  event_task_.Stop();
  std::lock_guard lock(store_mutex_);
  const bool was_open = store_ != nullptr;
  if (shared_context_) shared_context_->Keep(process_->leaks.BytesLeftInContext());
  shared_context_.reset();
  store_.reset();
  return was_open;
}

absl::StatusOr<std::shared_ptr<PaymentStore>> WalletCore::Store() {
  std::lock_guard lock(store_mutex_);
  if (store_ == nullptr) return absl::FailedPreconditionError("the wallet is disconnected");
  return store_;
}

absl::Status WalletCore::Record(const Payment& payment, const std::string& idempotency_key) {
  SEEP_ASSIGN_OR_RETURN(const std::shared_ptr<PaymentStore> store, Store());
  SEEP_ASSIGN_OR_RETURN(const bool is_new, store->Insert(payment, idempotency_key));
  if (is_new) events_.Emit({EventType(payment), payment});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Payment>> WalletCore::FindByKey(const std::string& idempotency_key) {
  SEEP_ASSIGN_OR_RETURN(const std::shared_ptr<PaymentStore> store, Store());
  return store->FindByKey(idempotency_key);
}

WalletCore::KeyTurn::KeyTurn(WalletCore& core, const std::string& idempotency_key)
    : core_(core), key_(idempotency_key) {
  if (key_.empty()) return;
  std::unique_lock lock(core_.keys_mutex_);
  core_.key_free_.wait(lock, [this] { return core_.keys_paying_.count(key_) == 0; });
  core_.keys_paying_.insert(key_);
}

WalletCore::KeyTurn::~KeyTurn() {
  if (key_.empty()) return;
  {
    std::lock_guard lock(core_.keys_mutex_);
    core_.keys_paying_.erase(key_);
  }
  core_.key_free_.notify_all();
}

absl::StatusOr<std::vector<Payment>> WalletCore::List(std::int64_t limit, std::int64_t offset) {
  SEEP_ASSIGN_OR_RETURN(const std::shared_ptr<PaymentStore> store, Store());
  return store->List(limit, offset);
}

absl::Status WalletCore::Sync() {
  std::lock_guard lock(sync_mutex_);
  SEEP_ASSIGN_OR_RETURN(const std::shared_ptr<PaymentStore> store, Store());
  SEEP_RETURN_IF_ERROR(FetchNewPayments(*store));
  ++process_->counts.syncs;
  events_.Emit({"synced", std::nullopt});
  return absl::OkStatus();
}

absl::Status WalletCore::FetchNewPayments(PaymentStore& store) {
  SEEP_ASSIGN_OR_RETURN(std::int64_t cursor, store.SyncCursor());
  while (true) {
    SEEP_ASSIGN_OR_RETURN(
        const driver::Json page,
        link_.Call("history", absl::StrCat("\"after\":", cursor, ",\"limit\":", kPage)));
    const driver::Json* payments = page.Find("payments");
    if (payments == nullptr || payments->array() == nullptr)
      return absl::InternalError("the ledger sent no history");
    const auto& items = *payments->array();
    if (page.FindInteger("last_sequence").value_or(cursor) < cursor) {
      cursor = 0;  // another ledger than the last time: it began anew
      continue;
    }
    for (const driver::Json& item : items) {
      const Payment payment = PaymentFrom(item);
      if (payment.sequence <= cursor)
        return absl::InternalError("the ledger's history runs backwards");
      SEEP_RETURN_IF_ERROR(Record(payment, ""));
      cursor = payment.sequence;
    }
    if (items.empty()) return absl::OkStatus();
    SEEP_RETURN_IF_ERROR(store.SetSyncCursor(cursor));
    if (items.size() < kPage) return absl::OkStatus();
  }
}

}  // namespace seep::wallet
