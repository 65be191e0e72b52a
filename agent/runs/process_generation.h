// One life of a process target: started and watched, or found and watched.
//
// Threads, Failure: as living_target.h.
// Owns:    a started process with its tree. One that it attached to is never
//          signalled but by Strike and Terminate, and only if its entry says
//          `may_kill`.
#ifndef SEEP_AGENT_RUNS_PROCESS_GENERATION_H_
#define SEEP_AGENT_RUNS_PROCESS_GENERATION_H_

#include <memory>
#include <optional>
#include <string>

#include "agent/async/waiting.h"
#include "agent/runs/agent_parts.h"
#include "agent/runs/living_target.h"
#include "agent/runs/run_samples.h"
#include "agent/supervisor/attached_process.h"
#include "agent/supervisor/log_lines.h"
#include "agent/supervisor/target_process.h"

namespace seep::agent {

class ProcessGeneration : public LivingTarget {
 public:
  struct Setting {
    AgentParts& parts;
    const v1::SamplingSpec& sampling;
    ScenarioCounters& counters;
    RunSamples& samples;
    LogLines& log;
    std::uint32_t number;
    std::string mark;
    std::string entry;               // its name, for people
    std::optional<AttachRule> attach;
    ChildOptions command;            // unless it attaches
    std::string ready;               // HOST:PORT that accepts once it works
    absl::Duration appear_within;    // how long to look for what to attach to
  };
  ProcessGeneration(Setting setting, Ports ports);
  ~ProcessGeneration() override;

  Async<absl::Status> Start() override;
  Async<absl::Status> Initialize(std::string settings_json) override;
  Async<absl::Status> Setup() override;
  void BeginScenario() override {}
  Async<bool> Drain(absl::Duration limit) override;
  Async<void> TakeSample() override;
  Async<void> TakeCollectedSample() override;
  Async<absl::StatusOr<HeapDump>> DumpHeap(std::string directory) override;
  Async<bool> Teardown(absl::Duration limit) override;
  Async<bool> Shutdown() override;
  Async<bool> Terminate(absl::Duration grace) override;
  void Kill(const std::string& why) override;
  void Strike() override;
  Async<void> Close() override;

  std::uint32_t number() const override { return setting_.number; }
  pid_t pid() const override;
  std::uint64_t start_time_ticks() const override;
  bool owned() const override { return !setting_.attach.has_value(); }
  const HostIdentity& identity() const override { return identity_; }
  const std::string& why_ended() const override { return why_ended_; }

 private:
  absl::Status StartProcess();
  Async<absl::Status> FindIt();
  Async<void> TakeFreshSample();
  bool gone() const;
  void End(std::string why);

  Setting setting_;
  Ports ports_;
  EpollEventLoop& loop_;
  TaskGroup tasks_;
  StopSignal gone_;  // stops with the process
  std::unique_ptr<TargetProcess> process_;
  std::unique_ptr<AttachedProcess> attached_;
  HostIdentity identity_;
  std::string why_ended_;
  bool expected_end_ = false;
  std::uint64_t oom_kills_before_ = 0;
  std::optional<TreeId> tree_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_PROCESS_GENERATION_H_
