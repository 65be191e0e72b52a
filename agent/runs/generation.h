// The life of one target process: its start, the conversation with it, the
// scenario, its samples, its end.
//
//   Start → Initialize → Setup → BeginScenario → ... → Close
//
// Threads: the loop's only.
// Owns:    the process tree, the conversation, the engine. Close it (awaited)
//          before destroying it: then no coroutine of it is left.
// Failure: the end of the process, a hang and a broken protocol are told once
//          through `ended`; whatever waits for the host is then answered at once.
#ifndef SEEP_AGENT_RUNS_GENERATION_H_
#define SEEP_AGENT_RUNS_GENERATION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/async/waiting.h"
#include "agent/driver_client/host_conversation.h"
#include "agent/runs/agent_parts.h"
#include "agent/runs/run_samples.h"
#include "agent/scenario/scenario_engine.h"
#include "agent/supervisor/log_lines.h"
#include "agent/supervisor/target_process.h"

namespace seep::agent {

class Generation {
 public:
  struct Setting {
    AgentParts& parts;
    const ScenarioPlan& plan;
    const v1::SamplingSpec& sampling;
    ScenarioCounters& counters;
    RunSamples& samples;
    LogLines& log;
    Faucet* faucet;
    std::uint32_t number;
    std::string mark;
  };
  // `ended`: why; `scenario_done`: the scenario ran out of things to do.
  struct Ports {
    std::function<void(std::string why)> ended;
    std::function<void()> scenario_done;
  };
  Generation(Setting setting, Ports ports);
  ~Generation();

  absl::Status Start(const ChildOptions& command);
  Async<absl::Status> Initialize(std::string settings_json);
  Async<absl::Status> Setup();
  void BeginScenario();

  // Nothing new begins; whether what was under way ended within `limit`.
  Async<bool> Drain(absl::Duration limit);
  // With the host's figures of this moment, if it answers within a second.
  Async<void> TakeSample();
  // With garbage collected first, where the host can: levels to be compared.
  Async<void> TakeCollectedSample();
  Async<bool> Teardown(absl::Duration limit);
  // `shutdown`, then the end of its input; whether it was gone within 10 s.
  Async<bool> Shutdown();
  Async<bool> Terminate(absl::Duration grace);
  void Kill(const std::string& why);
  Async<void> Close();

  std::uint32_t number() const { return setting_.number; }
  pid_t pid() const { return process_ ? process_->pid() : 0; }
  std::uint64_t start_time_ticks() const { return process_ ? process_->start_time_ticks() : 0; }
  const HostIdentity& identity() const { return identity_; }
  const std::string& why_ended() const { return why_ended_; }  // empty: it lives

 private:
  void OnExited(ExitStatus status);
  void OnNotification(const driver::Notification& notification);
  void End(std::string why);
  void OnReading(const Reading& reading);
  void AskMetricsAhead();
  void AskMetrics();
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
  TimerId ask_timer_ = TimerId::kNone;
  bool asking_ = false;
  bool initialized_ = false;
  std::optional<std::vector<GaugeValue>> inside_;  // not yet in a sample
  std::shared_ptr<int> lives_ = std::make_shared<int>(0);  // timers hold it weakly
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_GENERATION_H_
