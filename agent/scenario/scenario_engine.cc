#include "agent/scenario/scenario_engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr int kConnectTries = 5;
constexpr int kPrefillTries = 5;
constexpr std::uint32_t kMaxChurn = 1000;

}  // namespace

ScenarioEngine::ScenarioEngine(EventLoop& loop, HostCalls& host, const ScenarioPlan& plan, ScenarioCounters& counters,
                               Faucet* faucet, std::function<void(std::string)> note)
    : context_{loop, host, plan, counters, faucet, std::move(note)}, spec_(plan.spec),
      reconnected_at_payments_(counters.payments), reconnected_at_(loop.clock().Now()) {}

void ScenarioEngine::MakeWallets() {
  const ScenarioPlan& plan = context_.plan;
  const auto add = [&](std::string role, const WalletSecret& secret) {
    const std::string directory = plan.work_directory + "/" + role;
    wallets_.push_back(std::make_unique<Wallet>(context_, std::move(role), secret, directory));
  };
  add("alice", plan.alice);
  add("bob", plan.bob);
  for (std::uint32_t i = 1; i <= plan.extra_instances; ++i) {
    add(absl::StrCat("alice-extra", i), plan.alice);
    add(absl::StrCat("bob-extra", i), plan.bob);
  }
}

Async<absl::Status> ScenarioEngine::Setup() {
  if (absl::Status status = CheckScenario(context_.plan, context_.host); !status.ok()) co_return status;
  context_.counters.listeners_expected = 0;  // a new process holds none
  if (spec_.has_lifecycle()) lifecycles_.emplace(context_);
  if (!context_.plan.needs_wallets()) co_return absl::OkStatus();
  MakeWallets();
  for (const auto& wallet : wallets_) {
    const std::string directory = context_.plan.work_directory + "/" + wallet->role();
    if (absl::Status made = MakeDirectories(directory, 0700); !made.ok()) co_return made;
  }
  if (spec_.has_payments()) payments_.emplace(context_, *wallets_[0], *wallets_[1]);
  operations_.emplace(context_, *wallets_[0], *wallets_[1], payments_ ? &*payments_ : nullptr);
  extras_.emplace(context_, *operations_, *wallets_[0], *wallets_[1], OfInstances());
  absl::Duration pause = absl::Seconds(1);
  for (int tried = 1; !co_await ConnectAll(); ++tried, pause *= 2) {
    if (context_.stop.stopped()) co_return absl::CancelledError("stopped while connecting");
    std::string why;
    bool permanent = false;
    for (const auto& wallet : wallets_) {
      if (wallet->alive()) continue;
      why = wallet->last_error();
      permanent = wallet->error_is_permanent();
      break;
    }
    if (permanent || tried == kConnectTries) co_return absl::UnavailableError(why);
    co_await context_.stop.Sleep(pause);
  }
  co_return co_await PrefillHistory();
}

Async<absl::Status> ScenarioEngine::PrefillHistory() {
  int failed = 0;
  while (context_.counters.prefilled < spec_.history().prefill()) {
    if (context_.stop.stopped()) co_return absl::CancelledError("stopped while filling the history");
    const bool paid = co_await payments_->PayForHistory();
    if (paid) {
      failed = 0;
      ++context_.counters.prefilled;
    } else if (++failed == kPrefillTries) {
      co_return absl::UnavailableError(absl::StrCat("history.prefill: ", kPrefillTries, " payments failed in a row after ",
                                                    context_.counters.prefilled, " good ones"));
    } else {
      co_await context_.stop.Sleep(absl::Seconds(1));
    }
  }
  co_return absl::OkStatus();
}

Async<bool> ScenarioEngine::ConnectAll() {
  bool all = true;
  for (const auto& wallet : wallets_) {
    if (wallet->alive()) continue;
    co_await wallet->Destroy();
    if (!co_await wallet->Connect()) all = false;
    if (context_.stop.stopped()) co_return false;
    if (!all && wallet->error_is_permanent()) co_return false;
  }
  co_return all;
}

Async<void> ScenarioEngine::Run() {
  TaskGroup parts(context_.loop);
  if (lifecycles_ && !spec_.lifecycle().idle()) parts.Add(lifecycles_->Run());
  if (!wallets_.empty()) parts.Add(RunTicks());
  co_await parts.Join();
}

Async<void> ScenarioEngine::RunTicks() {
  Pacer pacer(context_.loop, context_.stop, context_.plan.pace, context_.counters.paces["ticks"], context_.counters.times,
              context_.plan.seed, "ticks");
  Pacer::Tick tick = [this](Turn turn) { return Tick(turn); };
  co_await pacer.Run(1, std::move(tick));
}

bool ScenarioEngine::NeedsToBeAlone() const {
  const auto dead = [](const auto& wallet) { return !wallet->alive(); };
  return ReconnectIsDue() || std::any_of(wallets_.begin(), wallets_.end(), dead);
}

Async<TickResult> ScenarioEngine::Tick(Turn turn) {
  if (NeedsToBeAlone()) co_await gate_.EnterAlone();
  else co_await gate_.Enter();
  TickResult result = co_await TickInside(turn);
  gate_.Leave();
  // Parts of it may have been left out.
  if (context_.stop.stopped()) result = TickResult::kCutShort;
  co_return result;
}

// The order of the seeds' harness (sdk-under-test.md, "in one tick").
Async<TickResult> ScenarioEngine::TickInside(Turn turn) {
  if (!co_await ReviveDead()) co_return TickResult::kFailed;
  if (ReconnectIsDue()) {
    const bool reconnected = co_await ReconnectAll();
    co_return reconnected ? TickResult::kNotMeasured : TickResult::kFailed;
  }
  bool good = true;
  if (spec_.has_listener_churn() && !spec_.listener_churn().idle()) good = co_await ChurnListeners() && good;
  if (spec_.has_sync() && !context_.stop.stopped()) good = co_await SyncBoth() && good;
  if (spec_.has_history() && !context_.stop.stopped()) good = co_await QueryHistory() && good;
  if (spec_.has_collect_garbage() && !context_.stop.stopped()) good = co_await operations_->CollectGarbage() && good;
  if (spec_.has_parse() && !context_.stop.stopped()) good = co_await operations_->ParseAll(*wallets_[0]) && good;
  if (payments_ && !spec_.payments().idle() && !context_.stop.stopped()) {
    good = co_await payments_->PayOnce(turn.late) && good;
  }
  if (!context_.stop.stopped()) good = co_await extras_->Tick() && good;
  co_return good ? TickResult::kGood : TickResult::kFailed;
}

Async<bool> ScenarioEngine::ReviveDead() {
  for (const auto& wallet : wallets_) {
    if (wallet->alive()) continue;
    co_await wallet->Destroy();
    if (context_.stop.stopped()) co_return false;
    if (!co_await wallet->Connect()) co_return false;
    ++context_.counters.replacements;
  }
  co_return true;
}

bool ScenarioEngine::ReconnectIsDue() const {
  if (!spec_.has_reconnect() || spec_.reconnect().idle()) return false;
  const v1::ReconnectScenario& reconnect = spec_.reconnect();
  if (reconnect.every_payments() > 0 && spec_.has_payments()) {
    // At least that many since the last one: lost wallets may skip a multiple.
    return context_.counters.payments >= reconnected_at_payments_ + reconnect.every_payments();
  }
  if (reconnect.every_ms() > 0) {
    return context_.loop.clock().Now() - reconnected_at_ >= absl::Milliseconds(reconnect.every_ms());
  }
  return !spec_.has_payments();  // by the pace
}

Async<bool> ScenarioEngine::ReconnectAll() {
  bool all = true;
  for (const auto& wallet : wallets_) {
    const bool connected = co_await Reconnect(*wallet);
    if (context_.stop.stopped()) co_return true;
    all = all && connected;
  }
  reconnected_at_payments_ = context_.counters.payments;
  reconnected_at_ = context_.loop.clock().Now();
  co_await context_.stop.Sleep(absl::Milliseconds(spec_.reconnect().settle_ms()));
  co_return all;
}

Async<bool> ScenarioEngine::Reconnect(Wallet& wallet) {
  const MonotonicTime began = context_.loop.clock().Now();
  co_await wallet.Disconnect();
  if (context_.stop.stopped()) co_return true;
  const bool connected = co_await wallet.Connect();
  context_.counters.times.Record("reconnect", context_.loop.clock().Now() - began, connected ? "" : "failed");
  if (connected) ++context_.counters.reconnects;
  co_return connected;
}

Async<bool> ScenarioEngine::ReconnectDrawn(Wallet& wallet) {
  gate_.Leave();
  co_await gate_.EnterAlone();
  bool connected = true;
  if (!context_.stop.stopped()) connected = co_await Reconnect(wallet);
  gate_.Leave();
  co_await context_.stop.Sleep(absl::Milliseconds(spec_.reconnect().settle_ms()));
  co_await gate_.Enter();
  co_return connected;
}

TickExtras::OfInstances ScenarioEngine::OfInstances() {
  return {[this](Wallet& wallet) { return ReconnectDrawn(wallet); }, [this] { return ChurnListeners(); },
          [this] { return lifecycles_->LiveDrawn(); }};
}

Async<bool> ScenarioEngine::ChurnListeners() {
  const std::uint32_t count = std::min(std::max(spec_.listener_churn().count(), 1u), kMaxChurn);
  const bool capture = spec_.listener_churn().capture_instance();
  for (int side = 0; side < 2; ++side) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!co_await wallets_[side]->AddListener(capture)) co_return false;
    }
  }
  for (int side = 0; side < 2; ++side) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!co_await wallets_[side]->RemoveOldestListener()) co_return false;
    }
  }
  co_return true;
}

Async<bool> ScenarioEngine::SyncBoth() {
  for (int side = 0; side < 2; ++side) {
    if (!co_await operations_->Sync(*wallets_[side])) co_return false;
  }
  co_return true;
}

Async<bool> ScenarioEngine::QueryHistory() {
  for (int side = 0; side < 2; ++side) {
    if (!co_await operations_->ListPayments(*wallets_[side])) co_return false;
  }
  co_return true;
}

Async<void> ScenarioEngine::Teardown() {
  Stop();
  if (operations_) co_await operations_->TearDown();
  for (const auto& wallet : wallets_) co_await wallet->Disconnect();
}

}  // namespace seep::agent
