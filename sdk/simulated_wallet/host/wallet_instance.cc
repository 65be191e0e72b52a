#include "sdk/simulated_wallet/host/wallet_instance.h"

#include <time.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::wallet {
namespace {

constexpr std::int64_t kMaxDelayMs = 3'600'000;

class Prepared : public driver_host::PreparedPayment {
 public:
  explicit Prepared(wallet::PreparedPayment payment) : payment_(std::move(payment)) {}
  const wallet::PreparedPayment& payment() const { return payment_; }

 private:
  const wallet::PreparedPayment payment_;
};

driver_host::Payment ToHost(const Payment& payment) {
  return {payment.id,          payment.status,   payment.direction, payment.method,
          payment.amount_sats, payment.fee_sats, payment.timestamp};
}

}  // namespace

WalletInstance::WalletInstance(std::string name, std::shared_ptr<Wallet> wallet,
                               driver_host::Notifier& notifier)
    : wallet_(std::move(wallet)), mouth_(std::make_shared<Mouth>()) {
  mouth_->instance = std::move(name);
  mouth_->notifier = &notifier;
}

WalletInstance::~WalletInstance() { mouth_->open = false; }

absl::Status WalletInstance::Disconnect() {
  wallet_->Disconnect();
  return absl::OkStatus();
}

absl::StatusOr<std::string> WalletInstance::AddListener(bool capture_instance) {
  // The id is known only once the listener is in; events before that go
  // without one.
  auto id = std::make_shared<std::string>();
  auto ready = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<Wallet> captured = capture_instance ? wallet_ : nullptr;
  auto added =
      wallet_->AddListener([mouth = mouth_, id, ready, captured](const WalletEvent& event) {
        if (!mouth->open) return;
        driver_host::Event out{ready->load() ? *id : std::string(), event.type, std::nullopt, ""};
        if (event.payment) out.payment = ToHost(*event.payment);
        mouth->notifier->SendEvent(mouth->instance, out);
      });
  if (!added.ok()) return added.status();
  *id = *added;
  ready->store(true);
  return added;
}

absl::StatusOr<bool> WalletInstance::RemoveListener(const std::string& listener) {
  return wallet_->RemoveListener(listener);
}

absl::StatusOr<driver_host::ReceiveResult> WalletInstance::Receive(
    const driver_host::ReceiveOptions& options) {
  SEEP_ASSIGN_OR_RETURN(PaymentRequest request,
                        Noted(wallet_->Receive(options.method, options.amount_sats)));
  return driver_host::ReceiveResult{std::move(request.text), request.fee_sats};
}

absl::StatusOr<driver_host::PrepareResult> WalletInstance::PrepareSend(
    const driver_host::PrepareOptions& options) {
  SEEP_ASSIGN_OR_RETURN(
      PreparedPayment prepared,
      Noted(wallet_->PrepareSend(options.destination, options.amount_sats, options.fees_included)));
  driver_host::PrepareResult result;
  result.amount_sats = prepared.arriving_sats;
  result.fee_sats = prepared.fee_sats;
  result.payment = std::make_unique<Prepared>(std::move(prepared));
  return result;
}

absl::StatusOr<driver_host::Payment> WalletInstance::Send(driver_host::PreparedPayment& prepared,
                                                          const std::string& idempotency_key) {
  SEEP_ASSIGN_OR_RETURN(const Payment payment,
                        Noted(wallet_->Send(static_cast<Prepared&>(prepared).payment(), idempotency_key)));
  return ToHost(payment);
}

absl::StatusOr<driver_host::ListResult> WalletInstance::ListPayments(
    const driver_host::ListOptions& options) {
  SEEP_ASSIGN_OR_RETURN(const std::vector<Payment> payments,
                        Noted(wallet_->ListPayments(options.limit, options.offset)));
  if (!options.destroy_response) wallet_->process().leaks.OnResponseKept();
  driver_host::ListResult result;
  result.count = static_cast<std::int64_t>(payments.size());
  if (options.include) {
    for (const Payment& payment : payments) result.payments.push_back(ToHost(payment));
  }
  return result;
}

absl::Status WalletInstance::Sync() {
  SEEP_RETURN_IF_ERROR(Noted(wallet_->Sync()));
  wallet_->process().leaks.OnSynced();
  return absl::OkStatus();
}

absl::StatusOr<driver_host::Info> WalletInstance::GetInfo(bool ensure_synced) {
  SEEP_ASSIGN_OR_RETURN(WalletInfo info, Noted(wallet_->GetInfo(ensure_synced)));
  return driver_host::Info{std::move(info.identity), info.balance_sats, info.listeners};
}

absl::StatusOr<driver::Json> WalletInstance::Invoke(const std::string& operation,
                                                    const driver::Json& arguments) {
  if (operation != "test_delay") {  // the others are the process's (wallet_sdk.cc)
    return absl::InvalidArgumentError(absl::StrCat("InvalidInput: ", operation, " takes no instance"));
  }
  const auto milliseconds = arguments.FindInteger("milliseconds");
  if (!milliseconds || *milliseconds < 0 || *milliseconds > kMaxDelayMs) {
    return absl::InvalidArgumentError("InvalidInput: milliseconds is not an integer from 0 to 3600000");
  }
  timespec left{static_cast<time_t>(*milliseconds / 1000), static_cast<long>(*milliseconds % 1000) * 1'000'000};
  while (::nanosleep(&left, &left) != 0) {
  }
  return driver::Json();
}

}  // namespace seep::wallet
