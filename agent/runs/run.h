// One run on this agent, from its assignment to its final status: services,
// generations, faults, the end. Its story is told top to bottom in Run::Story.
//
// Threads: the loop's only.
// Owns:    everything of the run but its spooled samples. Destroy it only once
//          `over()`: then no process, directory or coroutine of it is left.
// Failure: never throws the agent off: whatever goes wrong is the run's final
//          status with a reason.
#ifndef SEEP_AGENT_RUNS_RUN_H_
#define SEEP_AGENT_RUNS_RUN_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/chaos/fault_table.h"
#include "agent/faucet/faucet_share.h"
#include "agent/runs/generation.h"
#include "agent/runs/host_group.h"
#include "agent/runs/run_figures.h"
#include "agent/runs/run_profiles.h"
#include "agent/runs/run_course.h"
#include "agent/supervisor/companion.h"
#include "agent/supervisor/run_directory.h"

namespace seep::agent {

// How long an orderly end may take.
inline constexpr absl::Duration kDrainLimit = absl::Seconds(10);
inline constexpr absl::Duration kTeardownLimit = absl::Seconds(20);

class Run {
 public:
  Run(AgentParts& parts, v1::RunSpec spec);
  ~Run();

  void Start();
  // Gracefully: last sample, disconnects, shutdown. A run that does not work
  // yet is cancelled. `interrupted`: a person did it, before its time.
  void Stop(const std::string& reason, bool interrupted);
  // At once: kills the target.
  void Abort(const std::string& reason);
  void Order(const v1::FaultOrder& order);
  // Of the target as it is now; nothing if it does not work.
  void TakeProfiles(const std::string& reason);

  const v1::RunStatus& status() const { return status_; }
  const std::string& id() const { return spec_.run_id(); }
  bool over() const { return over_; }
  // The latest report of each fault, to be repeated after a reconnect.
  const std::deque<v1::FaultReport>& faults() const { return faults_.reports(); }

 private:
  struct Event {
    enum class Kind { kEnded, kScenarioDone, kSoakOver, kStop, kAbort, kFault, kServiceLost, kLoadEnded, kLoadFailed };
    Kind kind;
    std::uint32_t generation = 0;  // 0: concerns the run
    std::string text;
    v1::FaultOrder order;
  };
  struct Outcome {
    GenerationEnd end;
    std::string detail;
  };
  // One SDK host's part in the run, over all its generations; other targets have
  // one for what they count.
  struct ProcessPart {
    ScenarioPlan plan;
    ScenarioCounters counters;
    std::unique_ptr<FaucetShare> faucet;
  };

  Async<void> Story();
  absl::Status Prepare();
  Async<absl::Status> StartServices();
  Async<absl::Status> StartService(const ServiceCommand& service);
  Async<void> StopService(Companion& service);
  absl::Status PrepareFaucet();
  std::string InitializeSettings() const;
  bool drives_sdk() const;
  absl::Status PrepareProcess();
  absl::Status PrepareFigures();
  absl::Status PrepareHosts();
  std::size_t process_count() const { return parts_of_processes_.size(); }
  absl::StatusOr<std::unique_ptr<LivingTarget>> MakeTarget(std::uint32_t number);
  absl::StatusOr<std::unique_ptr<LivingTarget>> MakeProcess(std::uint32_t number, LivingTarget::Ports ports);
  absl::StatusOr<std::unique_ptr<Generation>> MakeHost(std::size_t index, std::uint32_t number, HostGroup::HostPorts ports);
  std::unique_ptr<HostGroup> MakeGroup(LivingTarget::Ports ports);
  // A directory of its own for the process and, if the spec wants it, the generation.
  absl::StatusOr<std::string> WorkDirectory(std::size_t index, std::uint32_t number) const;
  // All hosts, or the one target there is; those that live.
  std::vector<LivingTarget*> LivingOnes();
  // What a fault strikes; nullptr: that process does not live.
  LivingTarget* StruckBy(std::uint32_t process);
  // Whether one of several processes is to be replaced beside those that work.
  bool replaces_one() const { return group_ != nullptr && group_->AnyWorking(); }
  // Figures and the load, once the target works for the first time.
  void BeginBeside();
  void StartLoad();
  void OnLoadEnded(bool success);
  void StopLoad();
  void PublishLoad();
  Async<void> KeepProfilesOfTheEnd();
  Async<void> AwaitArtefacts();
  Async<Outcome> LiveGeneration();
  Async<Outcome> BringUp();
  Async<Outcome> Work();
  Async<Outcome> EndGracefully(GenerationEnd end, std::string reason);
  bool MayInject();
  Async<Outcome> Inject(v1::FaultOrder order);
  Async<std::string> InjectKind(const v1::FaultOrder& order, LivingTarget& target);
  void LeaseFault(const v1::FaultOrder& order);
  void EndFaults();
  void NoteBegin(std::uint32_t number);
  // Of what ended: of several processes those that work go on.
  Async<void> CloseGeneration(std::string ended_by);
  Async<void> CloseTarget();
  Async<void> EndWhatStillWorks(std::string reason);
  Async<void> Finish(v1::RunState state, std::string reason);
  void OnWorking();
  void SetState(v1::RunState state, const std::string& reason);
  void Publish();
  void FlushLogs();
  std::uint64_t NowMs() const;

  AgentParts& parts_;
  const v1::RunSpec spec_;
  const RunDirectory directory_;
  const MonotonicTime began_;
  const Driver* driver_ = nullptr;                // of an SDK
  const ProcessTarget* process_entry_ = nullptr;  // of a process
  const AllowedCommand* load_entry_ = nullptr;
  std::string version_;
  std::vector<std::unique_ptr<ProcessPart>> parts_of_processes_;  // at least one
  RunSamples samples_;
  LogLines log_;
  RunCourse course_;
  FaultTable faults_;
  std::unique_ptr<Faucet> faucet_;
  std::vector<std::unique_ptr<Companion>> services_;
  Companion::Endpoints endpoints_;
  Inbox<Event> events_;
  StopSignal hurry_;  // ends every pause of the story
  std::unique_ptr<LivingTarget> generation_;
  HostGroup* group_ = nullptr;  // it, if the run has several processes
  std::unique_ptr<RunFigures> figures_;
  std::unique_ptr<RunProfiles> profiles_;
  std::unique_ptr<LoadCommand> load_;
  std::uint64_t load_ended_ms_ = 0;
  TaskGroup beside_;  // profiles that outlast their time
  std::optional<MonotonicTime> working_since_;  // this generation
  TimerId soak_timer_ = TimerId::kNone, warm_up_timer_ = TimerId::kNone, log_timer_ = TimerId::kNone,
          load_timer_ = TimerId::kNone, fault_lease_ = TimerId::kNone;
  std::map<std::string, TimerId> planned_faults_;
  v1::RunStatus status_;
  bool soaking_ = false;  // the soak's time has begun to run
  bool stop_asked_ = false, aborted_ = false, warm_ = false, over_ = false, profiled_start_ = false;
  std::string stop_reason_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_RUN_H_
