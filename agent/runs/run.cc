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
      samples_(parts, spec_.run_id(), began_, absl::Milliseconds(spec_.sampling().interval_ms()), std::max(1u, spec_.target().processes())),
      log_(parts.loop.clock()), course_(spec_.max_restarts_on_crash()),
      faults_(directory_.fault_journal(), [this](const v1::FaultReport& report) { parts_.listener.OnFault(report); }),
      events_(parts.loop), hurry_(parts.loop), beside_(parts.loop) {
  parts_of_processes_.push_back(std::make_unique<ProcessPart>());
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
      co_await EndWhatStillWorks(next.reason);
      const bool never_worked = !soaking_ && (stop_asked_ || aborted_);
      co_await Finish(never_worked ? v1::RUN_STATE_CANCELLED : next.state, next.reason);
      co_return;
    }
    if (outcome.end == GenerationEnd::kCrashed) {
      SetState(v1::RUN_STATE_STARTING, absl::StrCat("restarting: ", outcome.detail));
      co_await hurry_.Sleep(next.pause);
    }
    if (stop_asked_ || aborted_) {
      co_await EndWhatStillWorks(stop_reason_);
      co_await Finish(soaking_ && !aborted_ ? v1::RUN_STATE_FINISHED : v1::RUN_STATE_FAILED, stop_reason_);
      co_return;
    }
  }
}

Async<Run::Outcome> Run::LiveGeneration() {
  working_since_.reset();
  const std::uint32_t number = status_.generation() + 1;
  samples_.set_phase(v1::PHASE_WARM_UP);
  if (generation_ == nullptr) {
    auto made = MakeTarget(number);
    if (!made.ok()) co_return Outcome{GenerationEnd::kCannotBegin, std::string(made.status().message())};
    generation_ = *std::move(made);
  }
  if (group_ != nullptr) group_->BeginGeneration(number);
  const absl::Status started = co_await generation_->Start();
  status_.set_generation(number);
  if (!started.ok()) {
    std::string why = std::string(started.message());
    if (drives_sdk()) why = absl::StrCat("driver ", driver_->name, ": ", why);
    co_await CloseGeneration(why);
    if (stop_asked_ && !aborted_) co_return Outcome{GenerationEnd::kStopped, stop_reason_};
    co_return Outcome{GenerationEnd::kCannotBegin, why};
  }
  NoteBegin(number);
  Outcome outcome = co_await BringUp();
  if (outcome.detail.empty()) outcome = co_await Work();
  co_await CloseGeneration(outcome.detail);
  co_return outcome;
}

void Run::NoteBegin(std::uint32_t number) {
  for (const LivingTarget* target : LivingOnes()) {
    if (target->owned() && target->number() == number) (void)directory_.NoteProcess(target->pid(), target->start_time_ticks());
  }
  status_.set_pid(generation_->pid());
  v1::GenerationInfo* info = status_.add_generations();
  info->set_generation(number);
  info->set_pid(generation_->pid());
  if (group_ != nullptr) {
    for (const pid_t pid : group_->pids()) info->add_pids(pid);
  }
  info->set_started_at_ms(NowMs());
  Publish();
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
    // The level that is left when everything is taken down is held against this;
    // there is none beside processes that work.
    if (!replaces_one()) {
      samples_.set_phase(v1::PHASE_BASELINE);
      co_await generation_->TakeCollectedSample();
      samples_.set_phase(v1::PHASE_WARM_UP);
    }
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
    for (const auto& part : parts_of_processes_) {
      if (!warm_) part->counters.times.BeginWarmUp();
    }
    warm_up_timer_ = parts_.loop.RunAfter(warm_up, [this] {
      warm_ = true;
      for (const auto& part : parts_of_processes_) part->counters.times.EndWarmUp();
      if (working_since_) samples_.set_phase(v1::PHASE_SOAK);
      if (!std::exchange(profiled_start_, true)) TakeProfiles("start");
    });
    soak_timer_ = parts_.loop.RunAfter(absl::Milliseconds(spec_.duration_ms()),
                                       [this] { events_.Push({Event::Kind::kSoakOver, 0, "", {}}); });
  }
  BeginBeside();
  if (warm_ && !std::exchange(profiled_start_, true)) TakeProfiles("start");
  generation_->BeginScenario();
  const LivingTarget* struck = StruckBy(faults_.under_way() ? faults_.under_way()->process() : 0);
  faults_.Healed(NowMs(), generation_->number(), struck != nullptr ? struck->pid() : 0);
  SetState(v1::RUN_STATE_RUNNING, "");
}

Async<Run::Outcome> Run::Work() {
  co_await generation_->TakeSample();
  while (true) {
    Event event = co_await events_.Next();
    if (event.generation != 0 && event.generation != generation_->number()) continue;
    switch (event.kind) {
      case Event::Kind::kEnded: {
        if (group_ != nullptr && !group_->AnyLost()) continue;  // it was replaced with another
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

void Run::Stop(const std::string& reason, bool interrupted) {
  if (status_.state() == v1::RUN_STATE_STOPPING) hurry_.Stop();  // no cool-down then
  if (stop_asked_ || aborted_ || over_) return;
  stop_asked_ = true;
  stop_reason_ = reason.empty() ? "stopped" : Printable(reason);
  status_.set_interrupted(interrupted && !status_.final());
  LogInfo(absl::StrCat("run=", id(), " stop asked: ", stop_reason_));
  const bool complete = group_ == nullptr || !group_->AnyLost();
  if (working_since_ && generation_ && complete) return events_.Push({Event::Kind::kStop, 0, stop_reason_, {}});
  hurry_.Stop();
  if (replaces_one()) return group_->GiveUpStarting("stopped before it worked");
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
