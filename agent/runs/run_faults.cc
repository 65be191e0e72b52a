// Chaos of one run: orders that come, what they do to the target, and that none
// of it outlives its time to live. Members of Run.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/runs/run.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kDefaultGrace = absl::Seconds(5);

// Half of a fault's time to live is for ending the target, half for the next
// generation to work.
absl::Duration TimeToEnd(const v1::FaultOrder& order) {
  return order.ttl_ms() > 0 ? absl::Milliseconds(order.ttl_ms()) / 2 : absl::InfiniteDuration();
}

}  // namespace

void Run::Order(const v1::FaultOrder& order) {
  planned_faults_.erase(order.fault_id());
  if (status_.state() != v1::RUN_STATE_RUNNING) {
    const bool known = std::any_of(faults_.reports().begin(), faults_.reports().end(),
                                   [&](const v1::FaultReport& report) { return report.fault_id() == order.fault_id(); });
    const bool pending = faults_.under_way() && faults_.under_way()->fault_id() == order.fault_id();
    if (known || pending) faults_.Accept(order, NowMs());
    else faults_.Skip(order, status_.final() ? "the run was over" : "the target was not working");
    return;
  }
  const auto wait = absl::Milliseconds(order.planned_at_ms()) - samples_.SinceBegin();
  if (wait <= absl::ZeroDuration()) return events_.Push({Event::Kind::kFault, 0, "", order});
  planned_faults_[order.fault_id()] = parts_.loop.RunAfter(wait, [this, order] { Order(order); });
}

// Whether the accepted fault may be injected; else it has failed, with the reason.
bool Run::MayInject() {
  if (!generation_->owned() && !process_entry_->attach->may_kill) {
    faults_.Fail(absl::StrCat("target ", spec_.target().entry(), " is attached to and its entry does not say may_kill: it is left alone"));
    return false;
  }
  const LivingTarget* struck = StruckBy(faults_.under_way()->process());
  if (struck == nullptr) {
    faults_.Fail(absl::StrCat("there is no process ", faults_.under_way()->process(), " to strike"));
    return false;
  }
  if (const absl::Status intended = faults_.Intend(generation_->number(), struck->pid()); !intended.ok()) {
    faults_.Fail(absl::StrCat("its intent could not be journalled: ", std::string(intended.message())));
    return false;
  }
  return true;
}

Async<Run::Outcome> Run::Inject(v1::FaultOrder order) {
  LivingTarget& struck = *StruckBy(order.process());
  co_await generation_->TakeSample();  // the last of this generation
  const std::uint64_t at_ms = NowMs();
  LeaseFault(order);
  // A graceful end that takes all of the fault's time is cut short.
  bool cut_short = false;
  TimerId patience = TimerId::kNone;
  if (order.ttl_ms() > 0) {
    patience = parts_.loop.RunAfter(TimeToEnd(order), [&cut_short, &struck] {
      cut_short = true;
      struck.Strike();
    });
  }
  std::string detail = co_await InjectKind(order, struck);
  parts_.loop.Cancel(patience);
  if (&struck != generation_.get()) absl::StrAppend(&detail, " of process ", order.process());
  if (cut_short) absl::StrAppend(&detail, " (cut short: half of its time to live was over)");
  if (faults_.under_way()) faults_.Injected(at_ms, detail);
  co_return Outcome{GenerationEnd::kFault, absl::StrCat("fault ", Printable(order.fault_id()), ": ", detail)};
}

Async<std::string> Run::InjectKind(const v1::FaultOrder& order, LivingTarget& target) {
  switch (order.kind()) {
    case v1::FAULT_KIND_TERMINATE: {
      const absl::Duration asked = order.grace_ms() > 0 ? absl::Milliseconds(order.grace_ms()) : kDefaultGrace;
      const absl::Duration grace = std::min(asked, TimeToEnd(order));
      if (co_await target.Terminate(grace)) co_return "terminate";
      target.Strike();
      co_return absl::StrCat("terminate (killed after ", absl::FormatDuration(grace), ")");
    }
    case v1::FAULT_KIND_GRACEFUL: {
      if (!target.owned()) {
        if (co_await target.Terminate(kDefaultGrace)) co_return "graceful: SIGTERM";
        target.Strike();
        co_return "graceful (killed: it did not end in time)";
      }
      co_await target.Drain(kDrainLimit);
      co_await target.Teardown(kTeardownLimit);
      if (co_await target.Shutdown()) co_return "graceful";
      target.Kill("fault");
      co_return "graceful (killed: it did not end in time)";
    }
    default:
      target.Strike();
      co_return "kill";
  }
}

// R11: what is not healed by then is told as failed; the run goes on with
// whatever the next generation comes to.
void Run::LeaseFault(const v1::FaultOrder& order) {
  parts_.loop.Cancel(fault_lease_);
  if (order.ttl_ms() == 0) return;
  const auto ttl = absl::Milliseconds(order.ttl_ms());
  fault_lease_ = parts_.loop.RunAfter(ttl, [this, fault = order.fault_id(), ttl] {
    if (!faults_.under_way() || faults_.under_way()->fault_id() != fault) return;
    faults_.Fail(absl::StrCat("not healed within its time to live of ", absl::FormatDuration(ttl)));
  });
}

void Run::EndFaults() {
  parts_.loop.Cancel(fault_lease_);
  for (const auto& [fault, timer] : planned_faults_) parts_.loop.Cancel(timer);
  planned_faults_.clear();
  faults_.Fail("the run is over");
}

}  // namespace seep::agent
