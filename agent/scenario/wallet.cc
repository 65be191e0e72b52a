#include "agent/scenario/wallet.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

namespace method = driver::method;

// After these the handle is of no further use.
bool KillsInstance(const driver::CallError& error) {
  return error.kind == "deadline_exceeded" || error.kind == kPoisoned || error.kind == kHostGone ||
         error.kind == "unknown_instance" || error.kind == "not_connected" || error.kind == "fatal";
}

bool IsPermanent(const driver::CallError& error) {
  return error.kind == "invalid_params" || error.kind == "invalid_input" || error.kind == "not_supported" ||
         error.kind == "method_not_found";
}

std::string OneMember(std::string_view key, std::string_view value) {
  driver::JsonWriter json;
  json.BeginObject().Key(key).String(value).EndObject();
  return json.Take();
}

// "send"; of an SDK's own operations each by its name.
std::string OperationOf(const HostCall& call) {
  if (call.method != method::kInvoke) return std::string(call.method);
  const auto params = driver::Json::Parse(call.params_json);
  const auto name = params.ok() ? params->FindString("operation") : std::nullopt;
  return absl::StrCat("invoke.", name ? std::string(*name) : std::string("unknown"));
}

}  // namespace

Async<CallOutcome> CallUncounted(ScenarioContext& context, HostCall call) {
  CallbackAwaiter<CallOutcome> answer(
      [&context, &call](std::function<void(CallOutcome)> done) { context.host.Call(call, std::move(done)); });
  co_return co_await answer;
}

std::string ConnectParams(const ScenarioPlan& plan, const WalletSecret& secret, std::string_view directory,
                          bool network_down) {
  driver::JsonWriter params;
  params.BeginObject().Key("network").String(plan.network).Key("storage_dir").String(directory);
  params.Key(secret.mnemonic ? "mnemonic" : "seed").String(secret.value);
  if (!plan.connect_settings_json.empty()) params.Key("settings").Raw(plan.connect_settings_json);
  if (plan.shared_context) params.Key("context").String("shared");
  if (network_down) params.Key("network_down").Bool(true);
  return params.EndObject().Take();
}

Async<CallOutcome> CallHost(ScenarioContext& context, HostCall call) {
  const MonotonicTime began = context.loop.clock().Now();
  const std::string operation = OperationOf(call);
  CallOutcome outcome = co_await CallUncounted(context, std::move(call));
  // What a stop or a chaos kill cuts off is no failure of the SDK.
  if (!outcome.ok() && !(context.stop.stopped() && outcome.failed_as(kHostGone))) {
    context.counters.CountError(outcome.error->kind);
  }
  // One that the end of the host cut off has no length of its own.
  if (!outcome.failed_as(kHostGone)) {
    const absl::Duration took = context.loop.clock().Now() - began;
    context.counters.times.Record(operation, took, outcome.ok() ? "" : outcome.error->kind);
  }
  co_return outcome;
}

Wallet::Wallet(ScenarioContext& context, std::string role, WalletSecret secret, std::string directory)
    : context_(context), role_(std::move(role)), secret_(std::move(secret)), directory_(std::move(directory)) {}

void Wallet::NoteFailure(const CallOutcome& outcome, std::string_view method) {
  if (outcome.ok()) return;
  const driver::CallError& error = *outcome.error;
  last_error_ = absl::StrCat(std::string(method), " ", role_, ": ", error.kind, ": ",
                             error.message.empty() ? error.sdk_error : error.message);
  permanent_ = IsPermanent(error);
  if (KillsInstance(error)) alive_ = false;
  if (!context_.stop.stopped() && context_.note) context_.note(Printable(last_error_));
}

Async<CallOutcome> Wallet::Plain(std::string_view method, std::string instance, std::string params_json) {
  HostCall call{method, std::move(instance), std::move(params_json)};
  CallOutcome outcome = co_await CallHost(context_, std::move(call));
  NoteFailure(outcome, method);
  co_return outcome;
}

Async<CallOutcome> Wallet::Call(std::string_view method, std::string params_json) {
  if (!alive_) {
    // Never reaches the host; whoever sees it ends its tick.
    co_return LocalError(kPoisoned, role_ + " is dead until it is replaced");
  }
  co_return co_await Plain(method, instance_, std::move(params_json));
}

Async<CallOutcome> Wallet::CallToFail(std::string_view method, std::string params_json) {
  if (!alive_) co_return LocalError(kPoisoned, role_ + " is dead until it is replaced");
  HostCall call{method, instance_, std::move(params_json)};
  CallOutcome outcome = co_await CallUncounted(context_, std::move(call));
  if (!outcome.ok() && KillsInstance(*outcome.error)) alive_ = false;
  co_return outcome;
}

Async<bool> Wallet::Connect(bool bare, bool network_down) {
  instance_ = absl::StrCat(role_, "-", ++connects_);
  std::string params = ConnectParams(context_.plan, secret_, directory_, network_down);
  const CallOutcome outcome = co_await Plain(method::kConnect, instance_, std::move(params));
  alive_ = outcome.ok();
  // After a missed deadline the host may yet finish the connect.
  held_ = outcome.ok() || outcome.failed_as("deadline_exceeded");
  if (alive_ && !bare && context_.host.Can(driver::capability::kListeners)) {
    const CallOutcome added = co_await Plain(method::kAddListener, instance_, "{}");
    if (added.ok()) {
      base_listener_ = std::string(added.Result().FindString("listener").value_or(""));
      ++context_.counters.listeners_expected;
    }
  }
  co_return alive_;
}

void Wallet::ForgetListeners() {
  context_.counters.listeners_expected -=
      static_cast<std::int64_t>(churned_.size()) + (base_listener_.empty() ? 0 : 1);
  churned_.clear();
  base_listener_.clear();
}

Async<void> Wallet::Disconnect() {
  if (alive_) {
    if (!base_listener_.empty()) {
      co_await Plain(method::kRemoveListener, instance_, OneMember("listener", base_listener_));
    }
    while (alive_ && !churned_.empty()) {
      co_await Plain(method::kRemoveListener, instance_, OneMember("listener", churned_.front()));
      churned_.pop_front();
      --context_.counters.listeners_expected;
    }
  }
  if (alive_) {
    const CallOutcome outcome = co_await Plain(method::kDisconnect, instance_, "{}");
    if (!outcome.ok()) ++context_.counters.warnings;
  }
  co_await Destroy();
}

Async<bool> Wallet::Destroy(bool abandon) {
  alive_ = false;
  if (!abandon) ForgetListeners();
  if (!std::exchange(held_, false)) co_return true;
  const CallOutcome outcome = co_await Plain(method::kDestroy, instance_, "{}");
  co_return outcome.ok();
}

Async<bool> Wallet::AddListener(bool capture_instance) {
  std::string params = capture_instance ? "{\"capture_instance\":true}" : "{}";
  const CallOutcome outcome = co_await Call(method::kAddListener, std::move(params));
  if (!outcome.ok()) co_return false;
  churned_.emplace_back(outcome.Result().FindString("listener").value_or(""));
  ++context_.counters.listeners_expected;
  if (counts_listener_changes_) ++context_.counters.listener_changes;
  co_return true;
}

Async<bool> Wallet::RemoveOldestListener() {
  if (churned_.empty()) co_return true;
  // Taken out first: another tick may remove one at the same time.
  const std::string oldest = churned_.front();
  churned_.pop_front();
  const CallOutcome outcome = co_await Call(method::kRemoveListener, OneMember("listener", oldest));
  if (!outcome.ok()) {
    if (alive_) churned_.push_front(oldest);
    else --context_.counters.listeners_expected;
    co_return false;
  }
  --context_.counters.listeners_expected;
  if (!outcome.Result().FindBool("removed").value_or(false)) {
    context_.counters.CountError("listener_unknown");
    co_return false;
  }
  if (counts_listener_changes_) ++context_.counters.listener_changes;
  co_return true;
}

Async<std::optional<std::int64_t>> Wallet::Balance() {
  const CallOutcome outcome = co_await Call(method::kGetInfo, "{\"ensure_synced\":true}");
  if (!outcome.ok()) co_return std::nullopt;
  co_return outcome.Result().FindInteger("balance_sats");
}

Async<std::optional<std::string>> Wallet::Receive(std::string_view receive_method, std::uint64_t amount_sats) {
  driver::JsonWriter params;
  params.BeginObject().Key("method").String(receive_method);
  if (amount_sats > 0) params.Key("amount_sats").Integer(static_cast<std::int64_t>(amount_sats));
  params.EndObject();
  const CallOutcome outcome = co_await Call(method::kReceive, params.Take());
  if (!outcome.ok()) co_return std::nullopt;
  const driver::Json result = outcome.Result();
  const auto request = result.FindString("payment_request");
  if (!request) {
    context_.counters.CountError(kBadAnswer);
    co_return std::nullopt;
  }
  co_return std::string(*request);
}

Async<bool> Wallet::Send(const std::string& destination, std::uint64_t amount_sats,
                         const std::string& idempotency_key) {
  driver::JsonWriter prepare;
  prepare.BeginObject().Key("destination").String(destination);
  prepare.Key("amount_sats").Integer(static_cast<std::int64_t>(amount_sats)).EndObject();
  const CallOutcome prepared = co_await Call(method::kPrepareSend, prepare.Take());
  if (!prepared.ok()) co_return false;
  const driver::Json token = prepared.Result();
  driver::JsonWriter send;
  send.BeginObject().Key("prepared").String(token.FindString("prepared").value_or(""));
  send.Key("idempotency_key").String(idempotency_key).EndObject();
  const CallOutcome sent = co_await Call(method::kSend, send.Take());
  if (!sent.ok()) co_return false;
  const driver::Json result = sent.Result();
  const driver::Json* payment = result.Find("payment");
  const auto status = payment != nullptr ? payment->FindString("status") : std::nullopt;
  if (status != "completed" && status != "pending") {
    context_.counters.CountError(status ? "payment_failed" : kBadAnswer);
    co_return false;
  }
  co_return true;
}

}  // namespace seep::agent
