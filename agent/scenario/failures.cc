#include "agent/scenario/failures.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

namespace can = driver::capability;
namespace method = driver::method;

struct Kind {
  std::string_view name, capability;
};
constexpr Kind kKinds[] = {{"bad_input", can::kParse},
                           {"insufficient_funds", can::kPayments},
                           {"network_down", can::kNetworkDown},
                           {"bad_connect", ""}};

constexpr std::string_view kNoRequest = "this is no payment request";
// Ten thousand bitcoin: no wallet under test has them.
constexpr std::int64_t kTooMuchSats = 1'000'000'000'000;

// The SDK refused, rather than something between it and us having broken.
bool IsTheSdksOwn(const driver::CallError& error) {
  return error.kind != kHostGone && error.kind != kPoisoned && error.kind != kOverloaded && error.kind != kBadAnswer &&
         error.kind != "deadline_exceeded" && error.kind != "unknown_instance" && error.kind != "not_connected" &&
         error.kind != "fatal" && error.kind != "internal_error" && error.kind != "method_not_found";
}

}  // namespace

bool Failures::IsKind(std::string_view kind) {
  return std::any_of(std::begin(kKinds), std::end(kKinds), [kind](const Kind& known) { return known.name == kind; });
}

std::string_view Failures::Needs(std::string_view kind) {
  for (const Kind& known : kKinds) {
    if (known.name == kind) return known.capability;
  }
  return {};
}

std::vector<std::string> Failures::PossibleWith(const HostCalls& host) {
  std::vector<std::string> possible;
  for (const Kind& kind : kKinds) {
    if (host.Can(kind.capability)) possible.emplace_back(kind.name);
  }
  return possible;
}

Async<bool> Failures::Fail(std::string kind, Wallet& sender, Wallet& receiver) {
  const MonotonicTime began = context_.loop.clock().Now();
  CallOutcome outcome;
  if (kind == "bad_input") {
    driver::JsonWriter params;
    params.BeginObject().Key("input").String(kNoRequest).EndObject();
    outcome = co_await sender.CallToFail(method::kParse, params.Take());
  } else if (kind == "insufficient_funds") {
    outcome = co_await SpendTooMuch(sender, receiver);
  } else if (kind == "network_down") {
    outcome = co_await SyncWithoutNetwork();
  } else {
    outcome = co_await ConnectWithoutSecret();
  }
  co_return Judge(kind, outcome, context_.loop.clock().Now() - began);
}

bool Failures::Judge(const std::string& kind, const CallOutcome& outcome, absl::Duration took) {
  if (!outcome.ok() && context_.stop.stopped() && outcome.failed_as(kHostGone)) return false;
  const bool as_it_should = !outcome.ok() && IsTheSdksOwn(*outcome.error);
  const std::string error = as_it_should ? "" : outcome.ok() ? "failure_succeeded" : outcome.error->kind;
  context_.counters.times.Record(absl::StrCat("failing_", kind), took, error);
  if (as_it_should) {
    ++context_.counters.failures[kind];
    return true;
  }
  context_.counters.CountError(error);
  if (context_.note) context_.note(absl::StrCat("failing on purpose (", kind, "): ", error));
  return false;
}

// The prepare may refuse as well as the send: SDKs differ in when they look.
Async<CallOutcome> Failures::SpendTooMuch(Wallet& sender, Wallet& receiver) {
  const auto destination = co_await receiver.Receive("spark_address", 0);
  if (!destination) co_return LocalError(kBadAnswer, "no address to overpay");
  driver::JsonWriter prepare;
  prepare.BeginObject().Key("destination").String(*destination).Key("amount_sats").Integer(kTooMuchSats).EndObject();
  CallOutcome prepared = co_await sender.CallToFail(method::kPrepareSend, prepare.Take());
  if (!prepared.ok()) co_return prepared;
  const driver::Json token = prepared.Result();
  driver::JsonWriter send;
  send.BeginObject().Key("prepared").String(token.FindString("prepared").value_or("")).EndObject();
  co_return co_await sender.CallToFail(method::kSend, send.Take());
}

Async<CallOutcome> Failures::SyncWithoutNetwork() {
  if (!cut_off_) {
    const std::string directory = context_.plan.work_directory + "/cut-off";
    if (!MakeDirectories(directory, 0700).ok()) co_return LocalError("fatal", "storage_directory");
    cut_off_ = std::make_unique<Wallet>(context_, "cut-off", DrawWalletSecret(context_.plan.seed, "cut-off"), directory);
  }
  if (!cut_off_->alive()) {
    co_await cut_off_->Destroy();
    if (!co_await cut_off_->Connect(true, true)) co_return LocalError(kPoisoned, "the cut-off instance did not connect");
  }
  co_return co_await cut_off_->CallToFail(method::kSync, "{}");
}

Async<CallOutcome> Failures::ConnectWithoutSecret() {
  const std::string instance = absl::StrCat("refused-", ++connects_);
  const std::string directory = context_.plan.work_directory + "/refused";
  if (!MakeDirectories(directory, 0700).ok()) co_return LocalError("fatal", "storage_directory");
  std::string params = ConnectParams(context_.plan, {"these words are no mnemonic", true}, directory);
  HostCall connect{method::kConnect, instance, std::move(params)};
  CallOutcome outcome = co_await CallUncounted(context_, std::move(connect));
  if (outcome.ok()) {
    HostCall disconnect{method::kDisconnect, instance};
    (void)co_await CallUncounted(context_, std::move(disconnect));
    HostCall destroy{method::kDestroy, instance};
    (void)co_await CallUncounted(context_, std::move(destroy));
  }
  co_return outcome;
}

Async<void> Failures::TearDown() {
  if (cut_off_) co_await cut_off_->Disconnect();
}

}  // namespace seep::agent
