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
#include "agent/runs/generation.h"
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
  absl::StatusOr<std::unique_ptr<LivingTarget>> MakeTarget(std::uint32_t number, const std::string& mark);
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
  Async<std::string> InjectKind(const v1::FaultOrder& order);
  void LeaseFault(const v1::FaultOrder& order);
  void EndFaults();
  Async<void> CloseGeneration(std::string ended_by);
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
  ScenarioPlan plan_;
  ScenarioCounters counters_;
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
