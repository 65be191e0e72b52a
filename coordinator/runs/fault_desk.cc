#include "coordinator/runs/fault_desk.h"

namespace seep::coordinator {
namespace {

// A fault that is late by more than this is not worth its confusion.
constexpr absl::Duration kLatest = absl::Seconds(5);

bool IsSettled(v1::FaultState state) {
  return state == v1::FAULT_STATE_HEALED || state == v1::FAULT_STATE_FAILED || state == v1::FAULT_STATE_SKIPPED;
}

v1::FaultReport ReportOf(const v1::FaultOrder& order, v1::FaultState state) {
  v1::FaultReport report;
  report.set_fault_id(order.fault_id());
  report.set_run_id(order.run_id());
  report.set_kind(order.kind());
  report.set_state(state);
  report.set_planned_at_ms(order.planned_at_ms());
  return report;
}

}  // namespace

FaultDesk::FaultDesk(EventLoop& loop, const v1::Run& run, Ports ports)
    : loop_(loop), ports_(std::move(ports)),
      schedule_(run.chaos(), run.spec().seed(), run.run_id(), run.spec().duration_ms(), run.spec().target().processes()) {}

FaultDesk::~FaultDesk() { loop_.Cancel(timer_); }

void FaultDesk::Restore(const std::vector<v1::FaultReport>& faults) {
  for (const v1::FaultReport& fault : faults) {
    restored_[fault.fault_id()] = fault;
    if (!IsSettled(fault.state())) unsettled_[fault.fault_id()] = fault;
  }
}

void FaultDesk::SetRunning(bool running) {
  if (running == running_) return;
  running_ = running;
  loop_.Cancel(timer_);
  timer_ = TimerId::kNone;
  if (running_) Plan();
}

void FaultDesk::NoteElapsed(absl::Duration elapsed) {
  clock_.NoteElapsed(loop_.clock().Now(), elapsed);
  if (running_ && timer_ == TimerId::kNone) Plan();
}

void FaultDesk::Plan() {
  if (!clock_.known()) return;
  const absl::Duration elapsed = clock_.Elapsed(loop_.clock().Now());
  for (; schedule_.Next(); schedule_.Advance()) {
    const v1::FaultOrder& order = *schedule_.Next();
    const auto known = restored_.find(order.fault_id());
    if (known != restored_.end() && known->second.state() != v1::FAULT_STATE_PLANNED) continue;
    const absl::Duration wait = absl::Milliseconds(order.planned_at_ms()) - elapsed;
    if (wait < -kLatest) {
      Skip(order, "its time passed while the run could not be reached");
      continue;
    }
    if (known == restored_.end()) {
      Journal(ReportOf(order, v1::FAULT_STATE_PLANNED));
      restored_[order.fault_id()] = ReportOf(order, v1::FAULT_STATE_PLANNED);
    }
    timer_ = loop_.RunAfter(wait, [this] { Due(); });
    return;
  }
}

void FaultDesk::Due() {
  timer_ = TimerId::kNone;
  const v1::FaultOrder order = *schedule_.Next();
  const absl::Duration wait =
      absl::Milliseconds(order.planned_at_ms()) - clock_.Elapsed(loop_.clock().Now());
  // The anchor may have moved since the timer was set.
  if (wait > absl::Milliseconds(100)) {
    timer_ = loop_.RunAfter(wait, [this] { Due(); });
    return;
  }
  schedule_.Advance();
  restored_.erase(order.fault_id());
  if (!ports_.order(order)) Skip(order, "the agent could not be reached");
  Plan();
}

void FaultDesk::Journal(v1::FaultReport report) {
  if (IsSettled(report.state())) {
    unsettled_.erase(report.fault_id());
  } else {
    unsettled_[report.fault_id()] = report;
  }
  ports_.journal(report);
}

void FaultDesk::Skip(const v1::FaultOrder& order, const std::string& why) {
  v1::FaultReport report = ReportOf(order, v1::FAULT_STATE_SKIPPED);
  report.set_detail(why);
  Journal(std::move(report));
}

void FaultDesk::OnReport(const v1::FaultReport& report) {
  const auto known = unsettled_.find(report.fault_id());
  // Reports are repeated after each reconnect; only news is journalled.
  if (known == unsettled_.end() || known->second.SerializeAsString() == report.SerializeAsString()) return;
  if (known->second.state() > report.state()) return;
  Journal(report);
}

void FaultDesk::EndOfRun() {
  SetRunning(false);
  const auto unsettled = unsettled_;
  for (const auto& [id, report] : unsettled) {
    v1::FaultReport over = report;
    const bool done = report.injected_at_ms() > 0;
    over.set_state(done ? v1::FAULT_STATE_FAILED : v1::FAULT_STATE_SKIPPED);
    over.set_detail(done ? "the run ended before it was healed" : "the run was over");
    Journal(std::move(over));
  }
}

}  // namespace seep::coordinator
