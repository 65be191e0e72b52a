// One life of an SDK host: the process, the conversation with it, the scenario,
// its samples.
//
// Threads, Failure: as living_target.h.
// Owns:    the process tree, the conversation, the engine.
#ifndef SEEP_AGENT_RUNS_GENERATION_H_
#define SEEP_AGENT_RUNS_GENERATION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/async/waiting.h"
#include "agent/driver_client/host_conversation.h"
#include "agent/runs/agent_parts.h"
#include "agent/runs/host_pulse.h"
#include "agent/runs/living_target.h"
#include "agent/runs/run_samples.h"
#include "agent/scenario/scenario_engine.h"
#include "agent/supervisor/log_lines.h"
#include "agent/supervisor/sleeping_tree.h"
#include "agent/supervisor/target_process.h"

namespace seep::agent {

class Generation : public LivingTarget {
 public:
  struct Setting {
    AgentParts& parts;
    const ScenarioPlan& plan;
    const v1::SamplingSpec& sampling;
    ScenarioCounters& counters;
    LogLines& log;
    Faucet* faucet;
    std::uint32_t number;
    std::string mark;
    ChildOptions command;
    // What the process told; without `inside` the host did not answer in time.
    std::function<void(const Reading&, std::optional<std::vector<GaugeValue>> inside)> told;
    std::string name;  // of one of several, "process 2", before what it logs; else empty
    std::optional<MonotonicTime> sampled_from;  // as SampledTree::aligned_to
  };
  Generation(Setting setting, Ports ports);
  ~Generation() override;

  Async<absl::Status> Start() override;
  Async<absl::Status> Initialize(std::string settings_json) override;
  Async<absl::Status> Setup() override;
  void BeginScenario() override;
  Async<bool> Drain(absl::Duration limit) override;
  Async<void> TakeSample() override;
  Async<void> TakeCollectedSample() override;
  Async<absl::StatusOr<HeapDump>> DumpHeap(std::string directory) override;
  Async<bool> Teardown(absl::Duration limit) override;
  // `shutdown`, then the end of its input; whether it was gone within 10 s.
  Async<bool> Shutdown() override;
  Async<bool> Terminate(absl::Duration grace) override;
  void Kill(const std::string& why) override;
  Async<void> Close() override;

  std::uint32_t number() const override { return setting_.number; }
  pid_t pid() const override { return process_ ? process_->pid() : 0; }
  std::uint64_t start_time_ticks() const override { return process_ ? process_->start_time_ticks() : 0; }
  const HostIdentity& identity() const override { return identity_; }
  const std::string& why_ended() const override { return why_ended_; }

 private:
  void OnExited(ExitStatus status);
  void OnNotification(const driver::Notification& notification);
  void End(std::string why);
  void OnReading(const Reading& reading);
  std::string Source(const char* source) const;
  void AskMetricsAhead();
  void AskMetrics();
  void FeelPulse();
  Async<void> TakeFreshSample();
  Async<void> RunScenario();
  HostConversation::Ports ConversationPorts();
  TargetProcess::Ports ProcessPorts();

  Setting setting_;
  Ports ports_;
  EpollEventLoop& loop_;
  const absl::Duration interval_;
  HostConversation conversation_;
  TaskGroup tasks_;
  StopSignal gone_;  // stops with the process
  std::unique_ptr<TargetProcess> process_;
  std::optional<ScenarioEngine> engine_;
  HostIdentity identity_;
  std::string why_ended_;
  bool expected_end_ = false;  // we asked for it
  std::uint64_t oom_kills_before_ = 0;
  std::optional<TreeId> tree_;
  TimerId ask_timer_ = TimerId::kNone, pulse_timer_ = TimerId::kNone;
  HostPulse pulse_;
  std::optional<SleepingTree> sleeping_;
  std::uint64_t heard_ = 0;
  bool asking_ = false;
  bool initialized_ = false;
  std::optional<std::vector<GaugeValue>> inside_;  // not yet in a sample
  std::shared_ptr<int> lives_ = std::make_shared<int>(0);  // timers hold it weakly
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_GENERATION_H_
