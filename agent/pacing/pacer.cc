#include "agent/pacing/pacer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace seep::agent {
namespace {

// A failing tick goes on, but not as fast as the CPU allows.
constexpr absl::Duration kErrorPause = absl::Milliseconds(100);
constexpr std::uint32_t kMaxWorkers = 64;  // the calls that the protocol allows at once
// The dispatcher looks this often whether there is nothing left to do.
constexpr absl::Duration kLongestSleep = absl::Seconds(1);
constexpr int kBurst = 256;

}  // namespace

Pacer::Pacer(EventLoop& loop, StopSignal& stop, const v1::Pace& pace, PaceState& state, OperationTimes& times,
             std::uint64_t seed, std::string part)
    : loop_(loop), stop_(stop), pace_(pace), state_(state), times_(times), group_(loop) {
  const Random random = Random(seed).Fork(absl::StrCat("pace/", part));
  if (!state_.think) state_.think = random.Fork("think");
  if (!state_.arrivals && IsOpenLoop(pace)) state_.arrivals.emplace(pace, random.Fork("arrivals"));
}

Async<void> Pacer::Run(std::uint32_t workers, Tick tick) {
  tick_ = std::move(tick);
  if (IsOpenLoop(pace_)) {
    co_await Dispatch();
  } else {
    for (std::uint32_t i = 0; i < std::clamp(workers, 1u, kMaxWorkers); ++i) group_.Add(WorkClosed());
  }
  co_await group_.Join();
}

Async<TickResult> Pacer::TickOnce(MonotonicTime intended) {
  const Turn turn{intended, std::max(loop_.clock().Now() - intended, absl::ZeroDuration())};
  const TickResult result = co_await tick_(turn);
  if (result == TickResult::kGood || result == TickResult::kFailed) {
    times_.Record("iteration", loop_.clock().Now() - intended, result == TickResult::kGood ? "" : "failed");
  }
  co_return result;
}

absl::Duration Pacer::ThinkTime() {
  const absl::Duration low = absl::Milliseconds(pace_.think_time_ms());
  const absl::Duration high = absl::Milliseconds(pace_.think_time_max_ms());
  return high > low ? state_.think->Between(low, high) : low;
}

Async<void> Pacer::WorkClosed() {
  while (!stop_.stopped()) {
    const MonotonicTime began = loop_.clock().Now();
    const TickResult result = co_await TickOnce(began);
    if (result == TickResult::kNothingLeft) co_return;
    if (result == TickResult::kFailed) co_await stop_.Sleep(kErrorPause);
    const absl::Duration rest = began + absl::Milliseconds(pace_.interval_ms()) - loop_.clock().Now();
    // Always at least a yield: a host that answers at once must not starve the loop.
    co_await stop_.Sleep(std::max(rest, ThinkTime()));
  }
}

Async<void> Pacer::Dispatch() {
  if (!state_.began) state_.began = loop_.clock().Now();
  // Those that the generation before left waiting.
  std::deque<MonotonicTime> left = std::exchange(state_.waiting, {});
  for (const MonotonicTime intended : left) Arrive(intended);
  int burst = 0;
  while (!stop_.stopped() && !nothing_left_) {
    if (!state_.next) {
      const absl::Duration at = state_.arrivals->Next();
      // Ages away rather than infinite: time stays arithmetic.
      state_.next = *state_.began + std::min(at, absl::Hours(24 * 365 * 100));
    }
    const absl::Duration wait = *state_.next - loop_.clock().Now();
    if (wait > absl::ZeroDuration() || ++burst % kBurst == 0) {
      co_await stop_.Sleep(std::clamp(wait, absl::ZeroDuration(), kLongestSleep));
      continue;
    }
    Arrive(*std::exchange(state_.next, std::nullopt));
  }
}

void Pacer::Arrive(MonotonicTime intended) {
  if (in_flight_ < static_cast<int>(std::clamp(pace_.max_in_flight(), 1u, kMaxWorkers))) {
    ++in_flight_;
    group_.Add(WorkOpen(intended));
  } else if (state_.waiting.size() < pace_.backlog()) {
    state_.waiting.push_back(intended);
  } else {
    ++state_.dropped;
  }
}

Async<void> Pacer::WorkOpen(MonotonicTime intended) {
  while (true) {
    const TickResult result = co_await TickOnce(intended);
    // While others are under way one of them may fail, and its place be taken.
    if (result == TickResult::kNothingLeft && in_flight_ == 1) nothing_left_ = true;
    if (stop_.stopped() || nothing_left_ || state_.waiting.empty()) break;
    intended = state_.waiting.front();
    state_.waiting.pop_front();
  }
  --in_flight_;
}

}  // namespace seep::agent
