#include "agent/scenario/cancelled_connects.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

namespace method = driver::method;
// Long enough for the host to notice and to say so itself.
constexpr absl::Duration kPatience = absl::Seconds(60);
// A host may still be taking one down while the next one is built.
constexpr std::uint64_t kDirectories = 8;

}  // namespace

CancelledConnects::CancelledConnects(ScenarioContext& context)
    : context_(context),
      shortest_(absl::Milliseconds(std::max(1u, context.plan.spec.connect_cancel().deadline_ms()))),
      longest_(std::max(shortest_, absl::Milliseconds(context.plan.spec.connect_cancel().deadline_max_ms()))),
      random_(Random(context.plan.seed).Fork(absl::StrCat("connect_cancel/", context.counters.cancelled_connects))) {}

Async<bool> CancelledConnects::ConnectAndCancel() {
  const std::uint64_t number = ++connects_;
  std::string instance = absl::StrCat("cancelled-", number);
  const std::string directory = absl::StrCat(context_.plan.work_directory, "/cancelled-", number % kDirectories);
  if (!MakeDirectories(directory, 0700).ok()) {
    context_.counters.CountError("storage_directory");
    co_return false;
  }
  std::string params = ConnectParams(
      context_.plan, DrawWalletSecret(context_.plan.seed, absl::StrCat("cancelled/", number % kDirectories)), directory);
  HostCall connect{method::kConnect, instance, std::move(params), random_.Between(shortest_, longest_), kPatience};
  const MonotonicTime began = context_.loop.clock().Now();
  const CallOutcome outcome = co_await CallUncounted(context_, std::move(connect));
  if (outcome.ok()) {
    ++context_.counters.late_cancels;
    co_return co_await TakeDown(std::move(instance));
  }
  if (outcome.failed_as(kHostGone) && context_.stop.stopped()) co_return false;
  const bool cancelled = outcome.failed_as("deadline_exceeded");
  context_.counters.times.Record("cancelled_connect", context_.loop.clock().Now() - began,
                                 cancelled ? "" : outcome.error->kind);
  if (cancelled) {
    // No such instance, or one that the host did not dare to take down by itself.
    HostCall destroy{method::kDestroy, std::move(instance)};
    (void)co_await CallUncounted(context_, std::move(destroy));
    ++context_.counters.cancelled_connects;
  } else {
    context_.counters.CountError(outcome.error->kind);
  }
  co_return cancelled;
}

Async<bool> CancelledConnects::TakeDown(std::string instance) {
  HostCall disconnect{method::kDisconnect, instance};
  const CallOutcome disconnected = co_await CallHost(context_, std::move(disconnect));
  HostCall destroy{method::kDestroy, std::move(instance)};
  const CallOutcome destroyed = co_await CallHost(context_, std::move(destroy));
  co_return disconnected.ok() && destroyed.ok();
}

}  // namespace seep::agent
