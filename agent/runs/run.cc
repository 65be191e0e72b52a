#include "agent/runs/run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "agent/sampler/resource_limits.h"
#include "agent/supervisor/launch.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kLogsEvery = absl::Seconds(1);

}  // namespace

Run::Run(AgentParts& parts, v1::RunSpec spec)
    : parts_(parts), spec_(std::move(spec)), directory_(parts.runs_directory, spec_.run_id()),
      began_(parts.loop.clock().Now()),
      samples_(parts, spec_.run_id(), began_, absl::Milliseconds(spec_.sampling().interval_ms())),
      log_(parts.loop.clock()), course_(spec_.max_restarts_on_crash()),
      faults_(directory_.fault_journal(), [this](const v1::FaultReport& report) { parts_.listener.OnFault(report); }),
      events_(parts.loop), hurry_(parts.loop), beside_(parts.loop) {
  status_.set_run_id(spec_.run_id());
  status_.set_boot_epoch(parts.spool.epoch());
  status_.set_started_wall_us(parts.loop.clock().WallNow().micros());
  status_.set_state(v1::RUN_STATE_STARTING);
}

Run::~Run() = default;

void Run::Start() {
  LogInfo(absl::StrCat("run=", id(), " target=", Printable(drives_sdk() ? spec_.target().driver() : spec_.target().entry()), " state=starting"));
  FlushLogs();
  Spawn(Story(), [this] { over_ = true; });
}

Async<void> Run::Story() {
  absl::Status ready = Prepare();
  Publish();
  if (ready.ok()) ready = co_await StartServices();
  if (ready.ok()) ready = PrepareFaucet();
  if (!ready.ok()) {
    const bool cancelled = stop_asked_ || aborted_;
    // Named: g++ 12 destroys a conditional temporary inside co_await twice.
    std::string why(ready.message());
    if (cancelled) why = stop_reason_;
    co_await Finish(cancelled ? v1::RUN_STATE_CANCELLED : v1::RUN_STATE_FAILED, std::move(why));
    co_return;
  }
  while (true) {
    const Outcome outcome = co_await LiveGeneration();
    const absl::Duration lived = working_since_ ? parts_.loop.clock().Now() - *working_since_ : absl::ZeroDuration();
    const NextStep next = course_.After(outcome.end, outcome.detail, lived);
    if (next.kind == NextStep::Kind::kEnd) {
      const bool never_worked = !soaking_ && (stop_asked_ || aborted_);
      co_await Finish(never_worked ? v1::RUN_STATE_CANCELLED : next.state, next.reason);
      co_return;
    }
    if (outcome.end == GenerationEnd::kCrashed) {
      SetState(v1::RUN_STATE_STARTING, absl::StrCat("restarting: ", outcome.detail));
      co_await hurry_.Sleep(next.pause);
    }
    if (stop_asked_ || aborted_) {
      co_await Finish(soaking_ && !aborted_ ? v1::RUN_STATE_FINISHED : v1::RUN_STATE_FAILED, stop_reason_);
      co_return;
    }
  }
}

Async<Run::Outcome> Run::LiveGeneration() {
  working_since_.reset();
  const std::uint32_t number = status_.generation() + 1;
  const std::string mark = TargetMark(parts_.spool.epoch(), id(), number);
  samples_.set_phase(v1::PHASE_WARM_UP);
  auto made = MakeTarget(number, mark);
  if (!made.ok()) co_return Outcome{GenerationEnd::kCannotBegin, std::string(made.status().message())};
  generation_ = *std::move(made);
  const absl::Status started = co_await generation_->Start();
  status_.set_generation(number);
  if (!started.ok()) {
    std::string why = std::string(started.message());
    if (drives_sdk()) why = absl::StrCat("driver ", driver_->name, ": ", why);
    co_await CloseGeneration(why);
    if (stop_asked_ && !aborted_) co_return Outcome{GenerationEnd::kStopped, stop_reason_};
    co_return Outcome{GenerationEnd::kCannotBegin, why};
  }
  if (generation_->owned()) (void)directory_.NoteProcess(generation_->pid(), generation_->start_time_ticks());
  status_.set_pid(generation_->pid());
  v1::GenerationInfo* info = status_.add_generations();
  info->set_generation(number);
  info->set_pid(generation_->pid());
  info->set_started_at_ms(NowMs());
  Publish();
  Outcome outcome = co_await BringUp();
  if (outcome.detail.empty()) outcome = co_await Work();
  co_await CloseGeneration(outcome.detail);
  co_return outcome;
}

// Initialises the host and connects the wallets; an empty detail: it works.
Async<Run::Outcome> Run::BringUp() {
  absl::Status status = co_await generation_->Initialize(InitializeSettings());
  if (status.ok()) {
    status_.set_sdk_name(generation_->identity().sdk_name);
    status_.set_sdk_version(generation_->identity().sdk_version);
    status_.set_sdk_language(generation_->identity().language);
    const std::optional<bool>& managed = drives_sdk() ? driver_->managed_collector : process_entry_->managed_collector;
    if (managed) status_.set_managed_collector(*managed);
    const std::vector<v1::ResourceLimit> limits = ResourceLimitsOf(generation_->pid());
    status_.mutable_limits()->Assign(limits.begin(), limits.end());
    // The level that is left when everything is taken down is held against this.
    samples_.set_phase(v1::PHASE_BASELINE);
    co_await generation_->TakeCollectedSample();
    samples_.set_phase(v1::PHASE_WARM_UP);
    status = co_await generation_->Setup();
  }
  if (status.ok() && !stop_asked_ && !aborted_) {
    OnWorking();
    co_return Outcome{GenerationEnd::kCourseRun, ""};
  }
  faults_.Fail(absl::StrCat("the new generation does not work: ", std::string(status.message())));
  if (aborted_) co_return Outcome{GenerationEnd::kAborted, stop_reason_};
  if (stop_asked_) co_return Outcome{GenerationEnd::kStopped, stop_reason_};
  const bool never_began = !drives_sdk() && generation_->number() == 1;
  if (!generation_->why_ended().empty() && !never_began) co_return Outcome{GenerationEnd::kCrashed, generation_->why_ended()};
  const bool hopeless = status.code() != absl::StatusCode::kUnavailable || generation_->number() == 1;
  co_return Outcome{hopeless ? GenerationEnd::kCannotBegin : GenerationEnd::kCrashed, std::string(status.message())};
}

void Run::OnWorking() {
  working_since_ = parts_.loop.clock().Now();
  samples_.set_phase(warm_ ? v1::PHASE_SOAK : v1::PHASE_WARM_UP);
  if (!std::exchange(soaking_, true)) {
    const auto warm_up = absl::Milliseconds(spec_.warm_up_ms());
    warm_ = warm_up == absl::ZeroDuration();
    if (warm_) samples_.set_phase(v1::PHASE_SOAK);
    else counters_.times.BeginWarmUp();
    warm_up_timer_ = parts_.loop.RunAfter(warm_up, [this] {
      warm_ = true;
      counters_.times.EndWarmUp();
      if (working_since_) samples_.set_phase(v1::PHASE_SOAK);
      if (!std::exchange(profiled_start_, true)) TakeProfiles("start");
    });
    soak_timer_ = parts_.loop.RunAfter(absl::Milliseconds(spec_.duration_ms()),
                                       [this] { events_.Push({Event::Kind::kSoakOver, 0, "", {}}); });
  }
  BeginBeside();
  if (warm_ && !std::exchange(profiled_start_, true)) TakeProfiles("start");
  generation_->BeginScenario();
  faults_.Healed(NowMs(), generation_->number(), generation_->pid());
  SetState(v1::RUN_STATE_RUNNING, "");
}

Async<Run::Outcome> Run::Work() {
  co_await generation_->TakeSample();
  while (true) {
    Event event = co_await events_.Next();
    if (event.generation != 0 && event.generation != generation_->number()) continue;
    switch (event.kind) {
      case Event::Kind::kEnded: {
        // A program that is done has run its course; a host never is.
        const bool done = !drives_sdk() && absl::StartsWith(event.text, "ended by itself");
        if (done) event.text.insert(0, "the target ");
        co_return Outcome{done ? GenerationEnd::kCourseRun : GenerationEnd::kCrashed, event.text};
      }
      case Event::Kind::kLoadEnded:
        co_return co_await EndGracefully(GenerationEnd::kCourseRun, event.text);
      case Event::Kind::kLoadFailed:
        co_return co_await EndGracefully(GenerationEnd::kLoadFailed, event.text);
      case Event::Kind::kServiceLost:
        co_return Outcome{GenerationEnd::kServiceLost, event.text};
      case Event::Kind::kAbort:
        co_return Outcome{GenerationEnd::kAborted, event.text};
      case Event::Kind::kScenarioDone:
        co_return co_await EndGracefully(GenerationEnd::kCourseRun, "the scenario is done");
      case Event::Kind::kSoakOver:
        co_return co_await EndGracefully(GenerationEnd::kCourseRun, "its time was up");
      case Event::Kind::kStop:
        co_return co_await EndGracefully(GenerationEnd::kStopped, event.text);
      case Event::Kind::kFault:
        if (!faults_.Accept(event.order, NowMs()) || !MayInject()) continue;
        co_return co_await Inject(std::move(event.order));
    }
  }
}

// The last operation, the cool-down, a sample, the disconnects, the residual
// sample, the shutdown: each bounded, so that a hung SDK cannot hold the run.
Async<Run::Outcome> Run::EndGracefully(GenerationEnd end, std::string reason) {
  SetState(v1::RUN_STATE_STOPPING, reason);
  StopLoad();
  co_await KeepProfilesOfTheEnd();
  co_await generation_->Drain(kDrainLimit);
  if (end == GenerationEnd::kCourseRun && spec_.cool_down_ms() > 0) {
    samples_.set_phase(v1::PHASE_COOL_DOWN);
    co_await hurry_.Sleep(absl::Milliseconds(spec_.cool_down_ms()));
  }
  co_await generation_->TakeSample();
  samples_.set_phase(v1::PHASE_TEARDOWN);
  co_await generation_->Teardown(kTeardownLimit);
  co_await hurry_.Sleep(absl::Milliseconds(spec_.teardown_ms()));
  co_await generation_->TakeCollectedSample();
  const std::string crashed = generation_->why_ended();
  if (!co_await generation_->Shutdown()) log_.AddLine("agent", "the host did not end within 10 s of shutdown; killed");
  if (aborted_) co_return Outcome{GenerationEnd::kAborted, stop_reason_};
  if (!crashed.empty()) reason += absl::StrCat(" (while stopping: ", crashed, ")");
  co_return Outcome{end, std::move(reason)};
}

Async<void> Run::CloseGeneration(std::string ended_by) {
  co_await generation_->Close();
  if (status_.generations_size() > 0) {
    v1::GenerationInfo* info = status_.mutable_generations(status_.generations_size() - 1);
    info->set_ended_at_ms(std::max<std::uint64_t>(NowMs(), 1));
    info->set_ended_by(Printable(ended_by));
  }
  // Its coroutines are over; tasks it has posted run before this one.
  parts_.loop.Post([generation = std::shared_ptr<LivingTarget>(std::move(generation_))] {});
  Publish();
}

Async<void> Run::Finish(v1::RunState state, std::string reason) {
  parts_.loop.Cancel(soak_timer_);
  parts_.loop.Cancel(warm_up_timer_);
  EndFaults();
  StopLoad();
  co_await AwaitArtefacts();
  samples_.AddFigures(nullptr);
  figures_.reset();
  if (profiles_) profiles_->Cancel();
  co_await beside_.Join();
  profiles_.reset();
  for (const auto& service : services_) co_await StopService(*service);
  services_.clear();
  faucet_.reset();
  if (const absl::Status removed = directory_.RemoveWork(); !removed.ok()) {
    LogWarn(absl::StrCat("run=", id(), " ", std::string(removed.message())));
  }
  parts_.loop.Cancel(log_timer_);
  if (!log_.empty()) parts_.listener.OnLogs(log_.Take(id()));
  status_.set_last_sequence(parts_.spool.LastSequence({parts_.spool.epoch(), id()}));
  status_.set_ended_wall_us(parts_.loop.clock().WallNow().micros());
  status_.set_pid(0);
  status_.set_final(true);
  SetState(state, reason);
}

void Run::Stop(const std::string& reason, bool interrupted) {
  if (status_.state() == v1::RUN_STATE_STOPPING) hurry_.Stop();  // no cool-down then
  if (stop_asked_ || aborted_ || over_) return;
  stop_asked_ = true;
  stop_reason_ = reason.empty() ? "stopped" : Printable(reason);
  status_.set_interrupted(interrupted && !status_.final());
  LogInfo(absl::StrCat("run=", id(), " stop asked: ", stop_reason_));
  if (working_since_ && generation_) return events_.Push({Event::Kind::kStop, 0, stop_reason_, {}});
  hurry_.Stop();
  if (generation_) generation_->Kill("stopped before it worked");
}

void Run::Abort(const std::string& reason) {
  if (aborted_ || over_) return;
  aborted_ = true;
  stop_reason_ = Printable(reason);
  hurry_.Stop();
  events_.Push({Event::Kind::kAbort, 0, stop_reason_, {}});
  if (generation_) generation_->Kill("aborted");
}

void Run::SetState(v1::RunState state, const std::string& reason) {
  status_.set_state(state);
  status_.set_reason(Printable(reason));
  LogInfo(absl::StrCat("run=", id(), " state=", v1::RunState_Name(state), " generation=", status_.generation(),
                       reason.empty() ? "" : " reason=", reason));
  Publish();
}

void Run::Publish() {
  if (const absl::Status saved = directory_.SaveStatus(status_.SerializeAsString()); !saved.ok()) {
    LogWarn(absl::StrCat("run=", id(), " status not saved: ", std::string(saved.message())));
  }
  parts_.listener.OnStatus(status_);
}

void Run::FlushLogs() {
  if (!log_.empty()) parts_.listener.OnLogs(log_.Take(id()));
  log_timer_ = parts_.loop.RunAfter(kLogsEvery, [this] { FlushLogs(); });
}

std::uint64_t Run::NowMs() const { return static_cast<std::uint64_t>(absl::ToInt64Milliseconds(samples_.SinceBegin())); }

}  // namespace seep::agent
