#include "coordinator/runs/run_book.h"

#include "absl/strings/str_cat.h"
#include "coordinator/log/log.h"
#include "coordinator/runs/run_messages.h"
#include "coordinator/scheduler/placement.h"

namespace seep::coordinator {
namespace {
// A verdict that wavers must not fill the store with profiles.
constexpr int kMaxLeakProfiles = 3;
}  // namespace

RunBook::RunBook(EventLoop& loop, storage::Store& store, Fleet& fleet, AgentPort& agents, JudgeFinally judge,
                 Options options)
    : loop_(loop), store_(store), fleet_(fleet), agents_(agents), judge_(std::move(judge)), options_(options),
      journal_(loop, store) {}

RunBook::~RunBook() {
  loop_.Cancel(placing_);
  for (auto& [id, open] : open_) loop_.Cancel(open.lost_timer);
}

void RunBook::Add(const std::vector<v1::Run>& runs) {
  for (const v1::Run& run : runs) {
    OpenRun& open = open_[run.run_id()];
    open.run = run;
    open.progress.state = run.state();
  }
  SchedulePlacing();
}

void RunBook::Restore(const v1::Run& run, const std::vector<v1::FaultReport>& faults) {
  OpenRun& open = open_[run.run_id()];
  open.run = run;
  open.progress.state = run.state();
  open.progress.stop_asked = run.interrupted() || StopsByItself(run);
  if (run.chaos().restarts_size() > 0 && run.state() != v1::RUN_STATE_QUEUED) {
    open.faults = std::make_unique<FaultDesk>(loop_, run, FaultPorts(run.run_id()));
    open.faults->Restore(faults);
  }
  // Its agent is not here yet. It has the time of a lost one to come back.
  if (TakesSlot(run.state())) ArmLostTimer(open);
  SchedulePlacing();
}

RunBook::OpenRun* RunBook::Open(const std::string& run_id) {
  const auto found = open_.find(run_id);
  return found == open_.end() ? nullptr : &found->second;
}

const v1::Run* RunBook::Find(const std::string& run_id) const {
  const auto found = open_.find(run_id);
  return found == open_.end() ? nullptr : &found->second.run;
}

bool RunBook::Belongs(const std::string& run_id, const std::string& agent) const {
  const v1::Run* run = Find(run_id);
  return run != nullptr && run->agent() == agent;
}

std::map<std::string, std::uint32_t> RunBook::SlotsTaken() const {
  std::map<std::string, std::uint32_t> taken;
  for (const auto& [id, open] : open_) {
    if (TakesSlot(open.progress.state)) ++taken[open.run.agent()];
  }
  return taken;
}

std::vector<std::string> RunBook::RunningRuns() const {
  std::vector<std::string> running;
  for (const auto& [id, open] : open_) {
    if (open.progress.state == v1::RUN_STATE_RUNNING || open.progress.state == v1::RUN_STATE_STOPPING) {
      running.push_back(id);
    }
  }
  return running;
}

void RunBook::ArmLostTimer(OpenRun& open) {
  loop_.Cancel(open.lost_timer);
  const std::string run_id = open.run.run_id();
  open.lost_timer = loop_.RunAfter(options_.lost_limit, [this, run_id] {
    OpenRun* lost = Open(run_id);
    if (lost == nullptr) return;
    lost->lost_timer = TimerId::kNone;
    const std::string reason = absl::StrCat("agent ", lost->run.agent(), " was silent for ",
                                            absl::FormatDuration(options_.lost_limit));
    // After a restart of the coordinator the run still has its old state.
    if (lost->progress.state != v1::RUN_STATE_LOST) Apply(*lost, {RunEvent::kAgentSilent, {}, reason});
    if ((lost = Open(run_id)) != nullptr) Apply(*lost, {RunEvent::kLostTooLong, {}, reason});
  });
}

// --- the agents' reports ----------------------------------------------------

void RunBook::OnRegistered(const std::string& agent, const v1::Register& request, const std::vector<v1::Ack>& acks) {
  for (const v1::Ack& ack : acks) {
    OpenRun* open = Open(ack.stream().run_id());
    if (open != nullptr) open->stored_through[ack.stream().boot_epoch()] = ack.through_sequence();
  }
  std::vector<std::string> missing;
  for (const auto& [id, open] : open_) {
    if (open.run.agent() == agent && TakesSlot(open.progress.state)) missing.push_back(id);
  }
  for (const v1::RunStatus& status : request.runs()) {
    std::erase(missing, status.run_id());
    OnStatus(agent, status);
  }
  for (const std::string& run_id : missing) {
    OpenRun* open = Open(run_id);
    if (open == nullptr) continue;
    Apply(*open, {RunEvent::kAgentForgot, {}, absl::StrCat("agent ", agent, " came back without the run")});
  }
  SchedulePlacing();
}

void RunBook::OnStatus(const std::string& agent, const v1::RunStatus& status) {
  OpenRun* open = Open(status.run_id());
  if (open == nullptr || open->run.agent() != agent) {
    // Over, unknown, or by now another agent's: this one must not go on with it.
    Forget(agent, status.run_id(), open == nullptr ? "the run is over" : "the run is not this agent's");
    return;
  }
  loop_.Cancel(std::exchange(open->lost_timer, TimerId::kNone));
  NoteStatus(*open, status);
  const bool over = status.final() || IsTerminal(status.state());
  Apply(*open, {over ? RunEvent::kEnded : RunEvent::kReported,
                IsTerminal(status.state()) || !status.final() ? status.state() : v1::RUN_STATE_FINISHED,
                status.reason()});
  if ((open = Open(status.run_id())) != nullptr) CheckDelivered(*open);
}

void RunBook::NoteStatus(OpenRun& open, const v1::RunStatus& status) {
  storage::RunChange change = ChangesIn(open.status, status, open.run);
  open.status = status;
  if (open.faults && open.progress.state == v1::RUN_STATE_ASSIGNED) open.faults->NoteBegin();
  if (!change.events.empty() || !change.generations.empty() || change.run) {
    change.run = open.run;
    journal_.Write(std::move(change));
  }
}

absl::Duration RunBook::RoughElapsed(const OpenRun& open) const {
  if (open.status.started_wall_us() == 0) return absl::ZeroDuration();
  const absl::Time agents_now = loop_.clock().WallNow().time() + fleet_.ClockOffset(open.run.agent());
  return agents_now - WallTime::FromMicros(open.status.started_wall_us()).time();
}

void RunBook::OnStored(const v1::Ack& ack, const v1::SampleBatch& batch) {
  OpenRun* open = Open(ack.stream().run_id());
  if (open == nullptr) return;
  std::uint64_t& through = open->stored_through[ack.stream().boot_epoch()];
  through = std::max(through, ack.through_sequence());
  if (open->faults) {
    v1::SampleBlock block;
    if (block.ParseFromString(batch.block()) && block.samples_size() > 0) {
      const auto& last = block.samples(block.samples_size() - 1);
      open->faults->NoteElapsed(absl::Microseconds(last.monotonic_us()));
    }
  }
  CheckDelivered(*open);
  journal_.Notify(ack.stream().run_id());
}

void RunBook::CheckDelivered(OpenRun& open) {
  if (!open.progress.end || !open.status.final()) return;
  const auto through = open.stored_through.find(open.status.boot_epoch());
  const std::uint64_t stored = through == open.stored_through.end() ? 0 : through->second;
  if (stored >= open.status.last_sequence()) Apply(open, {RunEvent::kDelivered, {}, ""});
}

void RunBook::OnFault(const std::string& agent, const v1::FaultReport& report) {
  OpenRun* open = Open(report.run_id());
  if (open == nullptr || open->run.agent() != agent || !open->faults) return;
  open->faults->OnReport(report);
}

void RunBook::OnAgentSilent(const std::string& agent) {
  std::vector<std::string> runs;
  for (const auto& [id, open] : open_) {
    if (open.run.agent() == agent && TakesSlot(open.progress.state)) runs.push_back(id);
  }
  for (const std::string& run_id : runs) {
    OpenRun* open = Open(run_id);
    if (open == nullptr) continue;
    if (open->lost_timer == TimerId::kNone) ArmLostTimer(*open);
    Apply(*open, {RunEvent::kAgentSilent, {}, absl::StrCat("agent ", agent, " is silent")});
  }
  SchedulePlacing();
}

// --- changes ------------------------------------------------------------------

absl::Status RunBook::Stop(const std::string& run_id, const std::string& reason) {
  OpenRun* open = Open(run_id);
  if (open == nullptr) return absl::NotFoundError(absl::StrCat("run ", run_id, " is not open"));
  // One that is stopping early is on its way out for a better reason.
  if (!StopsByItself(open->run)) open->run.set_interrupted(true);
  Apply(*open, {RunEvent::kStopAsked, {}, reason.empty() ? "stopped by a person" : reason});
  return absl::OkStatus();
}

void RunBook::NoteEvent(const std::string& run_id, std::string kind, std::string message) {
  OpenRun* open = Open(run_id);
  if (open == nullptr) return;
  storage::RunChange change;
  change.run_id = run_id;
  change.events.push_back(
      MakeEvent(open->run, loop_.clock().WallNow(), RoughElapsed(*open), std::move(kind), std::move(message)));
  journal_.Write(std::move(change));
}

void RunBook::NoteVerdict(const std::string& run_id, const v1::RunVerdict& verdict) {
  OpenRun* open = Open(run_id);
  // The final one is on its way, and must not be overwritten.
  if (open == nullptr || open->progress.closing) return;
  storage::RunChange change;
  change.run_id = run_id;
  change.verdict = verdict;
  journal_.Write(std::move(change));
  AskLeakProfiles(*open, verdict);
  // Confirmed before, it may have been withdrawn since; then there is no hurry.
  if (verdict.confirmation().confirmed() && verdict.verdict() == v1::VERDICT_LEAK) {
    StopEarly(*open, verdict.confirmation());
  }
}

// The ordinary, graceful stop, only that no person asked for it.
void RunBook::StopEarly(OpenRun& open, const v1::Confirmation& confirmation) {
  const bool works = open.progress.state == v1::RUN_STATE_RUNNING && !open.progress.end;
  if (!open.run.judging().stop_early() || open.progress.stop_asked || !works) return;
  v1::EarlyStop& early = *open.run.mutable_stopped_early();
  early.set_series(confirmation.series());
  early.set_at_s(confirmation.looked_s());
  early.set_first_alarm_s(confirmation.first_alarm_s());
  early.set_reason(confirmation.reason());
  StopByItself(open, "verdict");
}

void RunBook::AbortOnThreshold(const std::string& run_id, const v1::ThresholdAbort& abort) {
  OpenRun* open = Open(run_id);
  if (open == nullptr || open->progress.stop_asked || open->progress.end || open->progress.state != v1::RUN_STATE_RUNNING) return;
  *open->run.mutable_aborted() = abort;
  StopByItself(*open, "threshold");
}

void RunBook::StopByItself(OpenRun& open, std::string kind) {
  const std::string why = DescribeOwnStop(open.run);
  const std::string run_id = open.run.run_id();
  NoteEvent(run_id, std::move(kind), why);
  if (OpenRun* still = Open(run_id)) Apply(*still, {RunEvent::kStopAsked, {}, why});
}

// What holds the memory, while it is still held.
void RunBook::AskLeakProfiles(OpenRun& open, const v1::RunVerdict& verdict) {
  const bool leaking = verdict.verdict() == v1::VERDICT_LEAK;
  const bool turned = leaking && !open.leaking;
  open.leaking = leaking;
  if (!turned || open.leak_profiles >= kMaxLeakProfiles || open.run.spec().profiles().pprof_url().empty()) return;
  if (AskProfiles(open.run.run_id(), "leak").ok()) ++open.leak_profiles;
}

absl::Status RunBook::AskProfiles(const std::string& run_id, const std::string& reason) {
  const OpenRun* open = Open(run_id);
  if (open == nullptr) return absl::NotFoundError(absl::StrCat("run ", run_id, " is over: profiles are taken of live targets"));
  if (open->run.spec().profiles().pprof_url().empty()) {
    return absl::FailedPreconditionError(absl::StrCat("run ", run_id, " has no endpoint for profiles; give profiles.pprof (--pprof) when it is submitted"));
  }
  const LinkId link = fleet_.LinkOf(open->run.agent());
  if (open->progress.state != v1::RUN_STATE_RUNNING || link == LinkId::kNone) {
    return absl::FailedPreconditionError(absl::StrCat("run ", run_id, " does not work at the moment (", StateName(open->run.state()), "); try again"));
  }
  v1::CoordinatorMessage message;
  message.mutable_take_profiles()->set_run_id(run_id);
  message.mutable_take_profiles()->set_reason(reason);
  if (agents_.Send(link, std::move(message))) return absl::OkStatus();
  return absl::UnavailableError("its agent could not be asked; try again");
}

void RunBook::TellToForget(const std::string& agent, const std::string& run_id) {
  Forget(agent, run_id, "the run is over or not this agent's");
}

void RunBook::Apply(OpenRun& open, RunInput input) {
  const v1::RunState before = open.progress.state;
  RunStep step = Step(open.progress, input);
  const std::string old_reason = open.run.state_reason();
  const bool asked = step.next.stop_asked != open.progress.stop_asked;
  open.progress = std::move(step.next);
  open.run.set_state(open.progress.state);
  const bool moved = before != open.progress.state;
  if (moved || !step.reason.empty()) open.run.set_state_reason(step.reason);
  if (open.progress.state == v1::RUN_STATE_QUEUED && moved) {
    open.run.clear_agent();
    loop_.Cancel(std::exchange(open.lost_timer, TimerId::kNone));
  }
  if (open.faults) open.faults->SetRunning(open.progress.state == v1::RUN_STATE_RUNNING);
  // Effects that speak to others follow the COMMIT; only closing writes itself.
  const bool closes = std::find(step.effects.begin(), step.effects.end(), RunEffect::kClose) != step.effects.end();
  const bool changed = moved || asked || open.run.state_reason() != old_reason;
  auto carry_out = [this, run_id = open.run.run_id(), effects = step.effects] {
    for (const RunEffect effect : effects) {
      if (OpenRun* still = Open(run_id)) CarryOut(*still, effect);
    }
  };
  if (!changed || closes) return carry_out();
  storage::RunChange change;
  change.run_id = open.run.run_id();
  change.run = open.run;
  if (moved) {
    LogInfo({{"run", open.run.run_id()}, {"agent", open.run.agent()},
             {"state", absl::StrCat(StateName(before), ">", StateName(open.progress.state))},
             {"reason", open.run.state_reason()}});
    change.events.push_back(MakeEvent(open.run, loop_.clock().WallNow(), RoughElapsed(open), "state",
                                      DescribeState(open.run)));
  }
  journal_.Write(std::move(change), std::move(carry_out));
  if (moved) SchedulePlacing();
}

void RunBook::CarryOut(OpenRun& open, RunEffect effect) {
  v1::CoordinatorMessage message;
  switch (effect) {
    case RunEffect::kOffer:
      *message.mutable_assignment()->mutable_spec() = open.run.spec();
      return SendTo(open.run.agent(), std::move(message));
    case RunEffect::kTellStop: {
      const bool early = StopsByItself(open.run);
      message.mutable_stop_run()->set_run_id(open.run.run_id());
      message.mutable_stop_run()->set_cancel(open.progress.state == v1::RUN_STATE_ASSIGNED);
      message.mutable_stop_run()->set_reason(early ? DescribeOwnStop(open.run) : open.run.state_reason());
      message.mutable_stop_run()->set_early(early);
      return SendTo(open.run.agent(), std::move(message));
    }
    case RunEffect::kForget:
      return Forget(open.run.agent(), open.run.run_id(), "the run is over");
    case RunEffect::kClose:
      return Close(open);
  }
}

void RunBook::Close(OpenRun& open) {
  loop_.Cancel(std::exchange(open.lost_timer, TimerId::kNone));
  if (open.faults) open.faults->EndOfRun();
  const RunEnd& end = *open.progress.end;
  v1::Run ended = open.run;
  ended.set_state(end.state);
  ended.set_state_reason(end.reason);
  if (end.state == v1::RUN_STATE_CANCELLED && open.run.started_wall_us() == 0) {
    return StoreEnd(open.run.run_id(), v1::RunVerdict());
  }
  // Behind what is still being written, so that the judge reads all of it.
  storage::RunChange barrier;
  barrier.run_id = open.run.run_id();
  journal_.Write(std::move(barrier), [this, ended] {
    judge_(ended, [this, run_id = ended.run_id()](absl::StatusOr<v1::RunVerdict> verdict) {
      StoreEnd(run_id, std::move(verdict));
    });
  });
}

void RunBook::StoreEnd(const std::string& run_id, absl::StatusOr<v1::RunVerdict> verdict) {
  OpenRun* open = Open(run_id);
  if (open == nullptr) return;
  const v1::RunState before = open->progress.state;
  const RunEnd end = *open->progress.end;
  open->progress.state = end.state;
  open->run.set_state(end.state);
  open->run.set_state_reason(end.reason);
  if (open->run.ended_wall_us() == 0) open->run.set_ended_wall_us(loop_.clock().WallNow().micros());
  storage::RunChange change;
  change.run_id = run_id;
  change.run = open->run;
  if (verdict.ok()) {
    if (verdict->verdict() != v1::VERDICT_UNSPECIFIED) change.verdict = *verdict;
  } else {
    LogError({{"run", run_id}, {"verdict", "failed"}, {"reason", verdict.status().ToString()}});
  }
  change.events.push_back(
      MakeEvent(open->run, loop_.clock().WallNow(), RoughElapsed(*open), "state", DescribeState(open->run)));
  LogInfo({{"run", run_id}, {"agent", open->run.agent()},
           {"state", absl::StrCat(StateName(before), ">", StateName(end.state))}, {"reason", end.reason},
           {"verdict", verdict.ok() ? verdict->headline() : std::string()}});
  journal_.Write(std::move(change), [this, run_id, agent = open->run.agent()] {
    open_.erase(run_id);
    if (!agent.empty()) Forget(agent, run_id, "the run is over");
    SchedulePlacing();
  });
}

void RunBook::SendTo(const std::string& agent, v1::CoordinatorMessage message) {
  const LinkId link = fleet_.LinkOf(agent);
  if (link != LinkId::kNone) agents_.Send(link, std::move(message));
}

void RunBook::Forget(const std::string& agent, const std::string& run_id, const std::string& reason) {
  v1::CoordinatorMessage message;
  auto& stop = *message.mutable_stop_run();
  stop.set_run_id(run_id);
  stop.set_cancel(true);
  stop.set_forget(true);
  stop.set_reason(reason);
  SendTo(agent, std::move(message));
}

// --- placing ------------------------------------------------------------------

void RunBook::SchedulePlacing() {
  if (placing_ != TimerId::kNone) return;
  placing_ = loop_.RunAfter(absl::ZeroDuration(), [this] {
    placing_ = TimerId::kNone;
    Place();
  });
}

void RunBook::Place() {
  std::vector<const v1::RunSpec*> queued;
  for (const auto& [id, open] : open_) {
    if (open.progress.state == v1::RUN_STATE_QUEUED && !open.progress.closing) queued.push_back(&open.run.spec());
  }
  if (queued.empty()) return;
  const std::vector<v1::AgentInfo> agents = fleet_.List();
  const std::map<std::string, std::uint32_t> taken = SlotsTaken();
  std::vector<Candidate> candidates;
  for (const v1::AgentInfo& agent : agents) {
    const auto count = taken.find(agent.agent());
    candidates.push_back({&agent, count == taken.end() ? 0 : count->second});
  }
  for (const Placement& placement : PlaceRuns(queued, std::move(candidates))) {
    OpenRun& open = *Open(placement.run_id);
    if (!placement.agent.empty()) {
      open.run.set_agent(placement.agent);
      if (open.run.chaos().restarts_size() > 0) {
        open.faults = std::make_unique<FaultDesk>(loop_, open.run, FaultPorts(placement.run_id));
      }
      Apply(open, {RunEvent::kPlaced, {}, absl::StrCat("offered to agent ", placement.agent)});
    } else if (open.run.state_reason() != placement.reason) {
      open.run.set_state_reason(placement.reason);
      storage::RunChange change;
      change.run_id = placement.run_id;
      change.run = open.run;
      journal_.Write(std::move(change));
    }
  }
}

FaultDesk::Ports RunBook::FaultPorts(const std::string& run_id) {
  FaultDesk::Ports ports;
  ports.order = [this, run_id](const v1::FaultOrder& order) {
    const OpenRun* open = Open(run_id);
    const LinkId link = open == nullptr ? LinkId::kNone : fleet_.LinkOf(open->run.agent());
    if (link == LinkId::kNone) return false;
    v1::CoordinatorMessage message;
    *message.mutable_fault() = order;
    return agents_.Send(link, std::move(message));
  };
  ports.journal = [this, run_id](const v1::FaultReport& report) {
    const OpenRun* open = Open(run_id);
    if (open == nullptr) return;
    storage::RunChange change;
    change.run_id = run_id;
    change.faults.push_back(report);
    // Plans are looked up, not announced.
    if (report.state() > v1::FAULT_STATE_INTENDED) {
      change.events.push_back(FaultEvent(open->run, loop_.clock().WallNow(), report));
    }
    journal_.Write(std::move(change));
  };
  return ports;
}

}  // namespace seep::coordinator
