#include "agent/scenario/lifecycles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
Lifecycles::Lifecycles(ScenarioContext& context)
    : context_(context), spec_(context.plan.spec.lifecycle()),
      pacer_(context.loop, context.stop, context.plan.pace, context.counters.paces["lifecycles"], context.counters.times,
             context.plan.seed, "lifecycles") {}

Async<void> Lifecycles::Run() {
  Pacer::Tick tick = [this](Turn turn) { return Tick(turn); };
  co_await pacer_.Run(spec_.concurrency(), std::move(tick));
}

bool Lifecycles::Claim() {
  if (context_.stop.stopped()) return false;
  if (spec_.count() > 0 && context_.counters.lifecycles + busy_.size() >= spec_.count()) return false;
  ++begun_;
  return true;
}

Async<TickResult> Lifecycles::Tick(Turn turn) {
  if (!Claim()) co_return TickResult::kNothingLeft;
  const bool good = co_await LiveTimed(turn.intended);
  if (!good && context_.stop.stopped()) co_return TickResult::kCutShort;
  co_return good ? TickResult::kGood : TickResult::kFailed;
}

Async<bool> Lifecycles::LiveDrawn() {
  ++begun_;
  co_return co_await LiveTimed(context_.loop.clock().Now());
}

Async<bool> Lifecycles::LiveTimed(MonotonicTime intended) {
  std::uint32_t worker = 0;
  while (!busy_.insert(worker).second) ++worker;
  const bool good = co_await LiveOnce(worker, begun_);
  busy_.erase(worker);
  if (!good && context_.stop.stopped()) co_return false;
  context_.counters.times.Record("lifecycle", context_.loop.clock().Now() - intended, good ? "" : "failed");
  if (good) ++context_.counters.lifecycles;
  co_return good;
}

Async<bool> Lifecycles::LiveOnce(std::uint32_t worker, std::uint64_t number) {
  // Names span generations through the counters, so that a restart does not
  // meet the directories of the generation before it.
  const std::string unique = absl::StrCat(context_.counters.lifecycles, ".", number);
  const std::string directory = absl::StrCat(context_.plan.work_directory, "/life-",
                                             spec_.fresh_directories() ? unique : absl::StrCat("w", worker));
  if (const absl::Status made = MakeDirectories(directory, 0700); !made.ok()) {
    context_.counters.CountError("storage_directory");
    co_return false;
  }
  const std::string purpose =
      spec_.distinct_wallets() ? absl::StrCat("lifecycle/", unique) : absl::StrCat("lifecycle-worker/", worker);
  Wallet wallet(context_, absl::StrCat("life-", number), DrawWalletSecret(context_.plan.seed, purpose), directory);
  wallet.LeaveListenerChangesUncounted();  // else two counters would share one leak
  if (!co_await wallet.Connect(true)) {
    co_await wallet.Destroy();
    co_return false;
  }
  bool good = co_await Use(wallet);
  if (!spec_.disconnect()) co_return co_await wallet.Destroy(true) && good;
  good = good && wallet.alive();
  if (wallet.alive()) {
    const CallOutcome ended = co_await wallet.Call(driver::method::kDisconnect);
    good = good && ended.ok();
  }
  const bool destroyed = co_await wallet.Destroy();
  if (spec_.fresh_directories()) (void)RemoveTree(directory);
  co_return good && destroyed;
}

Async<bool> Lifecycles::Use(Wallet& wallet) {
  for (const std::string& operation : spec_.use()) {
    if (!co_await UseFor(wallet, operation)) co_return false;
  }
  co_return true;
}

Async<bool> Lifecycles::UseFor(Wallet& wallet, std::string operation) {
  if (operation == "listeners") {
    if (!co_await wallet.AddListener(false)) co_return false;
    co_return co_await wallet.RemoveOldestListener();
  }
  // The careless application: its listener holds the instance and stays.
  if (operation == "capturing_listener") co_return co_await wallet.AddListener(true);
  if (operation == "receive") co_return (co_await wallet.Receive("spark_address", 0)).has_value();
  std::string_view method = driver::method::kGetInfo;
  std::string params = "{}";
  if (operation == "list_payments") method = driver::method::kListPayments;
  if (operation == "sync") method = driver::method::kSync;
  if (operation == "parse") {
    method = driver::method::kParse;
    params = "{\"input\":\"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\"}";
  }
  co_return (co_await wallet.Call(method, std::move(params))).ok();
}

}  // namespace seep::agent
