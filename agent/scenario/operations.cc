#include "agent/scenario/operations.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/scenario/parse_inputs.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

namespace can = driver::capability;
namespace method = driver::method;

struct Known {
  std::string_view name, capability;
};
constexpr Known kOperations[] = {{"payment", can::kPayments},   {"get_info", can::kGetInfo},
                                 {"list_payments", can::kHistory}, {"sync", can::kSync},
                                 {"parse", can::kParse},        {"receive", can::kReceive},
                                 {"listener", can::kListeners}, {"collect_garbage", can::kCollectGarbage},
                                 {"connect_cancel", ""},        {"invoke", can::kInvoke},
                                 {"reconnect", ""},             {"listener_churn", can::kListeners},
                                 {"lifecycle", ""}};

}  // namespace

Operations::Operations(ScenarioContext& context, Wallet& alice, Wallet& bob, Payments* payments)
    : context_(context), alice_(alice), bob_(bob), payments_(payments), failures_(context), cancelled_connects_(context),
      inputs_(context.plan.spec.parse().inputs().begin(), context.plan.spec.parse().inputs().end()) {
  if (inputs_.empty()) inputs_ = BuiltInParseInputs();
}

absl::StatusOr<std::string_view> Operations::Needs(const std::string& operation) {
  for (const Known& known : kOperations) {
    if (known.name == operation) return known.capability;
  }
  if (Failures::IsKind(operation)) return Failures::Needs(operation);
  return absl::InvalidArgumentError(absl::StrCat("there is no operation \"", operation, "\""));
}

Async<bool> Operations::Do(std::string operation, Wallet& wallet) {
  if (operation == "payment") co_return payments_ != nullptr && co_await payments_->PayOnce(absl::ZeroDuration());
  if (operation == "get_info") co_return co_await GetInfo(wallet);
  if (operation == "list_payments") co_return co_await ListPayments(wallet);
  if (operation == "sync") co_return co_await Sync(wallet);
  if (operation == "parse") co_return co_await ParseNext(wallet);
  if (operation == "receive") co_return co_await Receive(wallet);
  if (operation == "listener") co_return co_await ComeAndGo(wallet);
  if (operation == "collect_garbage") co_return co_await CollectGarbage();
  if (operation == "connect_cancel") co_return co_await cancelled_connects_.ConnectAndCancel();
  Wallet& other = &wallet == &alice_ ? bob_ : alice_;
  co_return co_await failures_.Fail(std::move(operation), wallet, other);
}

Async<bool> Operations::Invoke(const v1::InvokeCall& call, Wallet& wallet) {
  driver::JsonWriter params;
  params.BeginObject().Key("operation").String(call.operation());
  params.Key("arguments").Raw(call.arguments_json().empty() ? "{}" : call.arguments_json()).EndObject();
  std::string text = params.Take();
  CallOutcome outcome;
  if (call.on_host()) {
    HostCall on_host{method::kInvoke, "", std::move(text)};
    outcome = co_await CallHost(context_, std::move(on_host));
  } else {
    outcome = co_await wallet.Call(method::kInvoke, std::move(text));
  }
  if (outcome.ok()) ++context_.counters.invokes[PlainName(call.operation())];
  co_return outcome.ok();
}

Async<bool> Operations::GetInfo(Wallet& wallet) {
  const CallOutcome outcome = co_await wallet.Call(method::kGetInfo);
  if (outcome.ok()) ++context_.counters.info_queries;
  co_return outcome.ok();
}

Async<bool> Operations::ListPayments(Wallet& wallet) {
  // Unlike an absent section's zero, a response is freed unless the spec says otherwise.
  const v1::ScenarioSpec& spec = context_.plan.spec;
  driver::JsonWriter params;
  params.BeginObject().Key("limit").Integer(spec.history().limit());
  params.Key("destroy_response").Bool(!spec.has_history() || spec.history().destroy_response()).EndObject();
  const CallOutcome outcome = co_await wallet.Call(method::kListPayments, params.Take());
  if (outcome.ok()) ++context_.counters.history_queries;
  co_return outcome.ok();
}

Async<bool> Operations::Sync(Wallet& wallet) {
  const CallOutcome outcome = co_await wallet.Call(method::kSync);
  if (outcome.ok()) ++context_.counters.syncs;
  co_return outcome.ok();
}

Async<bool> Operations::Receive(Wallet& wallet) {
  const auto address = co_await wallet.Receive("spark_address", 0);
  if (address) ++context_.counters.receives;
  co_return address.has_value();
}

Async<bool> Operations::ComeAndGo(Wallet& wallet) {
  const bool capture = context_.plan.spec.listener_churn().capture_instance();
  if (!co_await wallet.AddListener(capture)) co_return false;
  co_return co_await wallet.RemoveOldestListener();
}

Async<bool> Operations::CollectGarbage() {
  HostCall call{method::kCollectGarbage, ""};
  const CallOutcome outcome = co_await CallHost(context_, std::move(call));
  if (outcome.ok()) ++context_.counters.collections;
  co_return outcome.ok();
}

Async<bool> Operations::Parse(Wallet& wallet, const std::string& input) {
  driver::JsonWriter params;
  params.BeginObject().Key("input").String(input).EndObject();
  const CallOutcome outcome = co_await wallet.Call(method::kParse, params.Take());
  if (outcome.ok()) ++context_.counters.parses;
  co_return outcome.ok();
}

Async<bool> Operations::ParseNext(Wallet& wallet) {
  const std::string& input = inputs_[next_input_++ % inputs_.size()];
  co_return co_await Parse(wallet, input);
}

Async<bool> Operations::ParseAll(Wallet& wallet) {
  bool good = true;
  for (const std::string& input : inputs_) {
    if (!co_await Parse(wallet, input)) good = false;
    if (!wallet.alive()) co_return false;
  }
  co_return good;
}

}  // namespace seep::agent
