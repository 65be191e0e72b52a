#include "sdk/simulated_wallet/host/wallet_sdk.h"

#include <malloc.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/protocol.h"
#include "sdk/simulated_wallet/host/wallet_instance.h"
#include "sdk/simulated_wallet/wallet.h"

namespace seep::wallet {
namespace {

using driver::Json;

constexpr std::int64_t kMaxSyncIntervalMs = 3'600'000;
constexpr std::int64_t kMaxHistory = 1'000'000;
constexpr std::int64_t kMaxConnectDelayMs = 60'000;
constexpr std::int64_t kMaxProcesses = 1000;

absl::Status ReadInteger(const std::string& name, const Json& value, std::int64_t most,
                         std::int64_t& out) {
  const auto integer = value.AsInteger();
  if (!integer || *integer < 1 || *integer > most) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is not an integer from 1 to ", most));
  }
  out = *integer;
  return absl::OkStatus();
}

absl::Status ReadLedger(const Json& value, std::string& out) {
  const std::string* text = value.string();
  const std::size_t colon = text ? text->rfind(':') : std::string::npos;
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(text->substr(colon + 1), &port) || port < 1 || port > 65535) {
    return absl::InvalidArgumentError("ledger is not \"HOST:PORT\"");
  }
  out = *text;
  return absl::OkStatus();
}

absl::StatusOr<LeakSet> ReadLeaks(const Json& value) {
  if (!value.is_object())
    return absl::InvalidArgumentError("leaks is not an object of name and size");
  std::vector<std::pair<std::string, std::int64_t>> leaks;
  for (const auto& [name, size] : *value.object()) {
    const auto integer = size.AsInteger();
    if (!integer)
      return absl::InvalidArgumentError(absl::StrCat("leaks.", name, " is not an integer"));
    leaks.emplace_back(name, *integer);
  }
  return LeakSet::Make(leaks);
}

driver_host::Gauge Bytes(const char* name) { return {name, "bytes", "gauge"}; }
driver_host::Gauge Count(const char* name) { return {name, "count", "gauge"}; }
driver_host::Gauge Counter(const char* name) { return {name, "count", "counter"}; }

}  // namespace

absl::StatusOr<std::shared_ptr<ProcessState>> ReadSettings(const Json& settings) {
  WalletSettings wallet;
  LeakSet leaks;
  std::int64_t leaky_process = 0;
  for (const auto& [name, value] : *settings.object()) {
    if (name == "leaks") {
      SEEP_ASSIGN_OR_RETURN(leaks, ReadLeaks(value));
    } else if (name == "leaky_process") {
      SEEP_RETURN_IF_ERROR(ReadInteger(name, value, kMaxProcesses, leaky_process));
    } else if (name == "ledger") {
      SEEP_RETURN_IF_ERROR(ReadLedger(value, wallet.ledger_endpoint));
    } else if (name == "sync_interval_ms") {
      std::int64_t milliseconds = 0;
      SEEP_RETURN_IF_ERROR(ReadInteger(name, value, kMaxSyncIntervalMs, milliseconds));
      wallet.sync_interval = absl::Milliseconds(milliseconds);
    } else if (name == "history_limit") {
      SEEP_RETURN_IF_ERROR(ReadInteger(name, value, kMaxHistory, wallet.history_limit));
    } else if (name == "connect_delay_ms") {
      std::int64_t milliseconds = 0;
      SEEP_RETURN_IF_ERROR(ReadInteger(name, value, kMaxConnectDelayMs, milliseconds));
      wallet.connect_delay = absl::Milliseconds(milliseconds);
    } else if (name == "faucet_url") {
      // The wallet has no use for it; whoever hands over all endpoints of the
      // network may hand over this one.
      if (value.string() == nullptr)
        return absl::InvalidArgumentError("faucet_url is not a string");
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("has `", name,
                       "`; known are leaks, leaky_process, ledger, sync_interval_ms, history_limit, "
                       "connect_delay_ms, faucet_url"));
    }
  }
  // One leaky process among clean ones: that is what a fleet of them looks like.
  const char* self = std::getenv("SEEP_PROCESS");
  if (leaky_process > 0 && absl::StrCat(leaky_process) != (self != nullptr ? self : "1")) leaks = LeakSet();
  return std::make_shared<ProcessState>(std::move(wallet), std::move(leaks), EntropyHex(16));
}

driver_host::SdkDescription WalletSdk::Describe() const {
  namespace capability = driver::capability;
  driver_host::SdkDescription description{
      "seep-wallet-host", "0.1.0", "simulated-wallet", "1.0.0", "c++", {}, {}, {}};
  for (const auto name : {capability::kListeners, capability::kPayments, capability::kReceive,
                          capability::kHistory, capability::kSync, capability::kParse,
                          capability::kGetInfo, capability::kCollectGarbage, capability::kInvoke,
                          capability::kSharedContext, capability::kNetworkDown, capability::kConcurrentCalls}) {
    description.capabilities.emplace_back(name);
  }
  description.gauges = {
      Bytes("heap_allocated"), Bytes("heap_in_use"),        Bytes("heap_sys"),
      Count("tasks"),          Count("listeners"),          Count("connections"),
      Count("wallets"),        Count("contexts"),           Count("payments_cached"),    Counter("payments_sent"),
      Counter("syncs"),        Counter("events_delivered"), Counter("events_dropped")};
  description.operations = {"crash", "hang", "test_delay", "test_fatal", "test_print"};
  return description;
}

absl::Status WalletSdk::Initialize(const Json& settings, driver_host::Notifier& notifier) {
  SEEP_ASSIGN_OR_RETURN(process_, ReadSettings(settings));
  notifier_ = &notifier;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<driver_host::SdkInstance>> WalletSdk::Connect(
    const driver_host::ConnectOptions& options) {
  if (options.network == "mainnet")
    return absl::UnimplementedError("the simulated wallet has no mainnet");
  if (!options.settings.object()->empty()) {
    return absl::InvalidArgumentError(
        "InvalidInput: the simulated wallet takes no settings for a single wallet");
  }
  auto wallet = Wallet::Connect(process_, {options.seed_hex, options.mnemonic, options.storage_dir, options.context,
                                           options.network_down, options.deadline});
  if (!wallet.ok()) {
    if (!absl::IsDeadlineExceeded(wallet.status())) process_->leaks.OnCallFailed();
    return wallet.status();
  }
  return std::make_unique<WalletInstance>(options.instance, *std::move(wallet), *notifier_);
}

std::vector<std::pair<std::string, std::optional<double>>> WalletSdk::Metrics() {
  const struct mallinfo2 heap = ::mallinfo2();
  const ProcessCounts& counts = process_->counts;
  const auto number = [](auto value) { return std::optional<double>(static_cast<double>(value)); };
  // A sanitizer's allocator reports nothing: not known, rather than 0.
  const auto bytes = [&](std::size_t value) {
    return heap.arena == 0 ? std::nullopt : number(value);
  };
  return {{"heap_allocated", bytes(heap.uordblks + heap.hblkhd)},
          {"heap_in_use", bytes(heap.arena + heap.hblkhd - heap.keepcost)},
          {"heap_sys", bytes(heap.arena + heap.hblkhd)},
          {"tasks", number(counts.tasks + process_->leaks.threads())},
          {"listeners", number(counts.listeners.load())},
          {"connections", number(counts.connections.load())},
          {"wallets", number(counts.wallets.load())},
          {"contexts", number(process_->contexts.alive())},
          {"payments_cached", number(process_->leaks.cached_entries())},
          {"payments_sent", number(counts.payments.load())},
          {"syncs", number(counts.syncs.load())},
          {"events_delivered", number(counts.events.load())},
          {"events_dropped", number(counts.events_dropped.load())}};
}

absl::StatusOr<std::string> WalletSdk::Parse(const std::string& input) {
  auto type = Wallet::Parse(input);
  if (type.ok()) process_->leaks.OnParsed();
  else process_->leaks.OnCallFailed();
  return type;
}

absl::StatusOr<std::optional<std::int64_t>> WalletSdk::CollectGarbage() {
  ::malloc_trim(0);
  const struct mallinfo2 heap = ::mallinfo2();
  if (heap.arena == 0) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(static_cast<std::int64_t>(heap.uordblks + heap.hblkhd));
}

// Misbehaviour on demand, for testing those who watch a host.
absl::StatusOr<Json> WalletSdk::Invoke(const std::string& operation, const Json&) {
  if (operation == "crash") std::abort();
  if (operation == "hang") {
    const timespec hour{3600, 0};
    while (true) ::nanosleep(&hour, nullptr);
  }
  if (operation == "test_fatal") return absl::AbortedError("the SDK is beyond use, as asked");
  if (operation == "test_delay") return absl::InvalidArgumentError("InvalidInput: test_delay occupies an instance; name one");
  // test_print: must come out on standard error, not between the messages.
  std::printf("a library prints to standard output\n");
  std::fflush(stdout);
  return Json();
}

bool WalletSdk::HasBackgroundWork() const {
  return process_ && (process_->counts.tasks > 0 || process_->leaks.threads() > 0);
}

}  // namespace seep::wallet
