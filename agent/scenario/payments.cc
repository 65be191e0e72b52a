#include "agent/scenario/payments.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/os/random.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

constexpr int kFaucetTries = 3;  // with 1, 2, 4 s after them (sdk-under-test.md)
constexpr absl::Duration kFirstPoll = absl::Milliseconds(250);

std::uint64_t OrDefault(std::uint64_t value, std::uint64_t otherwise) { return value > 0 ? value : otherwise; }

}  // namespace

Payments::Payments(ScenarioContext& context, Wallet& alice, Wallet& bob)
    : context_(context), spec_(context.plan.spec.payments()), alice_(alice), bob_(bob) {}

// Some SDKs insist on the form of a UUID. Generations must not repeat the keys
// of those before them, hence entropy in it: a key decides nothing else.
std::string Payments::NextIdempotencyKey() {
  const std::string hex = EntropyHex(16);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-4", hex.substr(13, 3), "-8", hex.substr(17, 3), "-",
                      hex.substr(20, 12));
}

Async<bool> Payments::PayOnce(absl::Duration late) {
  const std::uint64_t number = attempts_++;
  Wallet& sender = number % 2 == 0 ? alice_ : bob_;
  Wallet& receiver = number % 2 == 0 ? bob_ : alice_;
  if (!co_await EnsureFunds(sender)) co_return false;
  if (context_.stop.stopped()) co_return true;
  // Behind the refill: how long the faucet took says nothing about the SDK.
  const MonotonicTime intended = context_.loop.clock().Now() - late;
  const bool paid = co_await Pay(sender, receiver, number);
  if (paid || !context_.stop.stopped()) {
    context_.counters.times.Record("payment", context_.loop.clock().Now() - intended, paid ? "" : "failed");
  }
  if (paid) ++context_.counters.payments;
  co_return paid;
}

Async<bool> Payments::PayForHistory() {
  const std::uint64_t number = attempts_++;
  Wallet& sender = number % 2 == 0 ? alice_ : bob_;
  Wallet& receiver = number % 2 == 0 ? bob_ : alice_;
  if (!co_await EnsureFunds(sender)) co_return false;
  co_return co_await Pay(sender, receiver, number);
}

Async<bool> Payments::Pay(Wallet& sender, Wallet& receiver, std::uint64_t number) {
  // `both` changes every second payment, so that each direction sees each type.
  const bool lightning = spec_.type() == v1::PAYMENT_TYPE_LIGHTNING ||
                         (spec_.type() == v1::PAYMENT_TYPE_BOTH && number / 2 % 2 == 1);
  const std::uint64_t amount = OrDefault(spec_.amount_sats(), 1000);
  const auto destination =
      co_await receiver.Receive(lightning ? "bolt11_invoice" : "spark_address", lightning ? amount : 0);
  if (!destination) co_return false;
  co_return co_await sender.Send(*destination, amount, NextIdempotencyKey());
}

Async<bool> Payments::EnsureFunds(Wallet& sender) {
  if (context_.faucet == nullptr || spec_.refill_below_sats() == 0 ||
      !context_.host.Can(driver::capability::kGetInfo)) {
    co_return true;
  }
  const auto balance = co_await sender.Balance();
  if (!balance) co_return false;
  if (*balance >= static_cast<std::int64_t>(spec_.refill_below_sats())) co_return true;
  const auto address = co_await sender.Receive("spark_address", 0);
  if (!address) co_return false;
  if (!co_await FundWithRetries(*address)) co_return false;
  co_return co_await AwaitFunds(sender);
}

Async<bool> Payments::FundWithRetries(std::string address) {
  const std::uint64_t amount = OrDefault(spec_.refill_amount_sats(), 50'000);
  absl::Duration pause = absl::Seconds(1);
  for (int tried = 1; !context_.stop.stopped(); ++tried) {
    CallbackAwaiter<absl::Status> funding([&](std::function<void(absl::Status)> done) {
      context_.faucet->Fund(address, amount, std::move(done));
    });
    const absl::Status status = co_await funding;
    if (status.ok()) co_return true;
    if (context_.stop.stopped()) break;
    context_.counters.CountError("faucet");
    if (context_.note) context_.note(absl::StrCat("faucet: ", std::string(status.message())));
    if (tried == kFaucetTries) break;
    co_await context_.stop.Sleep(pause);
    pause *= 2;
  }
  co_return false;
}

Async<bool> Payments::AwaitFunds(Wallet& sender) {
  const auto timeout = absl::Milliseconds(OrDefault(spec_.refill_timeout_ms(), 300'000));
  const auto poll = absl::Milliseconds(OrDefault(spec_.refill_poll_ms(), 5'000));
  const MonotonicTime deadline = context_.loop.clock().Now() + timeout;
  absl::Duration pause = std::min(kFirstPoll, poll);
  while (!context_.stop.stopped()) {
    const auto balance = co_await sender.Balance();
    if (!balance) co_return false;
    if (*balance >= static_cast<std::int64_t>(spec_.refill_below_sats())) {
      ++context_.counters.refills;
      co_return true;
    }
    if (context_.loop.clock().Now() >= deadline) {
      // Said aloud: the seeds' harness stalled here in silence.
      context_.counters.CountError("refill_timeout");
      if (context_.note) context_.note(absl::StrCat("refill of ", sender.role(), " did not arrive in time"));
      co_return false;
    }
    co_await context_.stop.Sleep(pause);
    pause = std::min(pause * 2, poll);
  }
  co_return false;
}

}  // namespace seep::agent
