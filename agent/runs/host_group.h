// The SDK hosts of a run that has several, as one target. Each is driven by a
// scenario of its own; all are sampled together. When one is lost the others go
// on: BeginGeneration, then Start, Initialize, Setup and BeginScenario replace it
// and leave those that work alone.
//
// Threads, Failure: as living_target.h; ends and reasons name the process.
// Owns:    the lives of all hosts.
#ifndef SEEP_AGENT_RUNS_HOST_GROUP_H_
#define SEEP_AGENT_RUNS_HOST_GROUP_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/runs/gathered_readings.h"
#include "agent/runs/generation.h"
#include "agent/runs/living_target.h"

namespace seep::agent {

class HostGroup : public LivingTarget {
 public:
  // What a host is made with besides what its run gives it.
  struct HostPorts {
    Ports ports;
    std::function<void(const Reading&, std::optional<std::vector<GaugeValue>>)> told;
    std::optional<MonotonicTime> sampled_from;
  };
  // The next life of process `index` (from 0) in generation `number`.
  using Make = std::function<absl::StatusOr<std::unique_ptr<Generation>>(std::size_t index, std::uint32_t number, HostPorts ports)>;

  HostGroup(EpollEventLoop& loop, std::size_t processes, Make make, GatheredReadings::Complete record, Ports ports);
  ~HostGroup() override;

  void BeginGeneration(std::uint32_t number) { number_ = number; }
  bool AnyLost() const;      // has ended, or never began
  bool AnyWorking() const;
  // Kills those that do not work yet.
  void GiveUpStarting(const std::string& why);
  // Closes what was lost or never worked; the others go on.
  Async<void> CloseLost();
  std::size_t size() const { return hosts_.size(); }
  // nullptr: it does not live.
  LivingTarget* process(std::size_t index) { return hosts_[index].life.get(); }
  std::vector<pid_t> pids() const;  // 0: does not live

  Async<absl::Status> Start() override;
  Async<absl::Status> Initialize(std::string settings_json) override;
  Async<absl::Status> Setup() override;
  void BeginScenario() override;
  Async<bool> Drain(absl::Duration limit) override;
  Async<void> TakeSample() override;
  Async<void> TakeCollectedSample() override;
  Async<absl::StatusOr<HeapDump>> DumpHeap(std::string directory) override;  // of the first; ask each
  Async<bool> Teardown(absl::Duration limit) override;
  Async<bool> Shutdown() override;
  Async<bool> Terminate(absl::Duration grace) override;
  void Kill(const std::string& why) override;
  Async<void> Close() override;

  std::uint32_t number() const override { return number_; }
  pid_t pid() const override { return pids().front(); }
  std::uint64_t start_time_ticks() const override;
  const HostIdentity& identity() const override { return identity_; }
  const std::string& why_ended() const override;  // of the first that did

 private:
  enum class Stage { kNone, kStarted, kInitialized, kReady, kWorking };
  struct Host {
    std::unique_ptr<Generation> life;
    Stage stage = Stage::kNone;
    bool scenario_done = false;
  };
  using Step = std::function<Async<bool>(Generation&)>;

  absl::StatusOr<std::unique_ptr<Generation>> MakeLife(std::size_t index);
  void OnScenarioDone(std::size_t index);
  Async<void> InitializeOne(std::size_t index, std::string settings_json, absl::Status& all);
  Async<void> SetUpOne(std::size_t index, absl::Status& all);
  // `step` of every host that lives, side by side; whether all said yes.
  Async<bool> Everywhere(Step step);
  Async<void> StepOf(Generation& host, const Step& step, bool& all);
  Async<void> Sample(bool collected);
  void Bury(Host& host);

  EpollEventLoop& loop_;
  const Make make_;
  Ports ports_;
  const MonotonicTime sampled_from_;
  std::uint32_t number_ = 1;
  std::vector<Host> hosts_;
  GatheredReadings readings_;
  HostIdentity identity_;
  mutable std::string why_ended_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_HOST_GROUP_H_
