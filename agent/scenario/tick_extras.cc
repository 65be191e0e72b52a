#include "agent/scenario/tick_extras.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/random.h"

namespace seep::agent {
namespace {

constexpr std::uint32_t kMaxCallers = 64;  // the protocol's calls in flight

const v1::MixEntry& Drawn(const v1::MixScenario& mix, std::uint64_t seed, std::uint64_t number) {
  std::uint64_t total = 0;
  for (const v1::MixEntry& entry : mix.entries()) total += std::max(1u, entry.weight());
  std::uint64_t at = Random(seed).Fork(absl::StrCat("mix/", number)).Below(total);
  for (const v1::MixEntry& entry : mix.entries()) {
    const std::uint64_t weight = std::max(1u, entry.weight());
    if (at < weight) return entry;
    at -= weight;
  }
  return mix.entries(0);
}

}  // namespace

TickExtras::TickExtras(ScenarioContext& context, Operations& operations, Wallet& alice, Wallet& bob, OfInstances of_instances)
    : context_(context), spec_(context.plan.spec), operations_(operations), alice_(alice), bob_(bob),
      of_instances_(std::move(of_instances)) {}

Async<bool> TickExtras::Tick() {
  const std::uint64_t tick = ticks_++;
  bool good = true;
  const auto go_on = [this] { return !context_.stop.stopped(); };
  if (spec_.has_invoke() && go_on()) good = co_await InvokeAll() && good;
  if (spec_.has_concurrent() && go_on()) good = co_await CallTogether() && good;
  if (spec_.has_failures() && tick % std::max(1u, spec_.failures().every()) == 0 && go_on()) {
    good = co_await FailAll() && good;
  }
  if (spec_.has_connect_cancel()) {
    for (std::uint32_t i = 0; i < std::max(1u, spec_.connect_cancel().count()) && go_on(); ++i) {
      good = co_await operations_.Do("connect_cancel", alice_) && good;
    }
  }
  if (spec_.has_mix()) {
    for (std::uint32_t i = 0; i < std::max(1u, spec_.mix().per_tick()) && go_on(); ++i) {
      good = co_await DrawFromMix() && good;
      if (!alice_.alive() || !bob_.alive()) co_return false;  // to be replaced before anything else
    }
  }
  co_return good;
}

Async<bool> TickExtras::InvokeAll() {
  bool good = true;
  for (const v1::InvokeCall& call : spec_.invoke().calls()) {
    if (!co_await operations_.Invoke(call, alice_)) good = false;
    if (!alice_.alive() || context_.stop.stopped()) co_return false;
  }
  co_return good;
}

Async<void> TickExtras::CallOnce(std::string operation, bool& good) {
  // Named: g++ 12 makes a trap of this coroutine's end otherwise.
  const bool done = co_await operations_.Do(std::move(operation), alice_);
  good = good && done;
}

// All are sent at once, whatever the host declares: one without concurrent_calls
// takes them in order, and that is how its SDK is to be soaked then.
Async<bool> TickExtras::CallTogether() {
  const v1::ConcurrentScenario& concurrent = spec_.concurrent();
  const std::uint32_t callers = std::clamp(concurrent.callers(), 1u, kMaxCallers);
  bool good = true;
  TaskGroup together(context_.loop);
  for (std::uint32_t i = 0; i < callers; ++i) {
    std::string operation = "get_info";
    if (concurrent.operations_size() > 0) {
      operation = concurrent.operations(static_cast<int>(calls_++ % static_cast<std::uint64_t>(concurrent.operations_size())));
    }
    together.Add(CallOnce(std::move(operation), good));
  }
  co_await together.Join();
  co_return good;
}

Async<bool> TickExtras::FailAll() {
  std::vector<std::string> kinds(spec_.failures().kinds().begin(), spec_.failures().kinds().end());
  if (kinds.empty()) kinds = Failures::PossibleWith(context_.host);
  bool good = true;
  for (std::string& kind : kinds) {
    if (context_.stop.stopped()) co_return false;
    if (!co_await operations_.Do(std::move(kind), alice_)) good = false;
  }
  co_return good;
}

Async<bool> TickExtras::DrawFromMix() {
  const std::uint64_t number = context_.counters.mixed++;
  const v1::MixEntry& entry = Drawn(spec_.mix(), context_.plan.seed, number);
  Wallet& wallet = number % 2 == 0 ? alice_ : bob_;
  if (entry.operation() == "reconnect") co_return co_await of_instances_.reconnect(wallet);
  if (entry.operation() == "listener_churn") co_return co_await of_instances_.churn_listeners();
  if (entry.operation() == "lifecycle") co_return co_await of_instances_.live_lifecycle();
  if (entry.operation() == "invoke") co_return co_await operations_.Invoke(entry.invoke(), wallet);
  std::string operation = entry.operation();
  co_return co_await operations_.Do(std::move(operation), wallet);
}

}  // namespace seep::agent
