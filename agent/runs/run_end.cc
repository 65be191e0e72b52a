// How a generation ends, and the run with the last one. Members of Run.
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "agent/runs/run.h"
#include "common/os/files.h"

namespace seep::agent {

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
  if (replaces_one()) {
    co_await group_->CloseLost();
  } else {
    co_await CloseTarget();
  }
  if (status_.generations_size() > 0) {
    v1::GenerationInfo* info = status_.mutable_generations(status_.generations_size() - 1);
    info->set_ended_at_ms(std::max<std::uint64_t>(NowMs(), 1));
    info->set_ended_by(Printable(ended_by));
  }
  Publish();
}

Async<void> Run::CloseTarget() {
  if (generation_ == nullptr) co_return;
  co_await generation_->Close();
  group_ = nullptr;
  // Its coroutines are over; tasks it has posted run before this one.
  parts_.loop.Post([generation = std::shared_ptr<LivingTarget>(std::move(generation_))] {});
}

// The run ends beside a process that could not be replaced: the others are let
// down as gently as ever.
Async<void> Run::EndWhatStillWorks(std::string reason) {
  if (!aborted_ && replaces_one()) (void)co_await EndGracefully(GenerationEnd::kStopped, std::move(reason));
  co_await CloseTarget();
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

}  // namespace seep::agent
