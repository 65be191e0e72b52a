#include "agent/async/waiting.h"

namespace seep::agent {
namespace {

Async<void> Relay(Async<void> work, std::shared_ptr<Inbox<bool>> finished) {
  co_await work;
  finished->Push(true);
}

}  // namespace

Async<bool> FinishedWithin(EventLoop& loop, TaskGroup& group, absl::Duration limit, Async<void> work) {
  auto finished = std::make_shared<Inbox<bool>>(loop);
  group.Add(Relay(std::move(work), finished));
  const TimerId timer = loop.RunAfter(limit, [finished] { finished->Push(false); });
  const bool in_time = co_await finished->Next();
  loop.Cancel(timer);
  co_return in_time;
}

void StopSignal::Park(absl::Duration duration, std::coroutine_handle<> caller) {
  if (stopped_) {
    loop_.Post([caller] { caller.resume(); });
    return;
  }
  const std::uint64_t ticket = ++last_;
  const TimerId timer = loop_.RunAfter(duration, [this, ticket] {
    const auto parked = parked_.extract(ticket);
    parked.mapped().caller.resume();
  });
  parked_.emplace(ticket, Parked{timer, caller});
}

void StopSignal::Stop() {
  if (stopped_) return;
  stopped_ = true;
  for (const auto& [ticket, parked] : std::exchange(parked_, {})) {
    loop_.Cancel(parked.timer);
    loop_.Post([caller = parked.caller] { caller.resume(); });
  }
}

}  // namespace seep::agent
