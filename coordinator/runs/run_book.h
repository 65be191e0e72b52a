// The open runs: places them, follows their agents' reports, ends them.
//
// Threads: coordinator loop only.
// Owns:    every run that is not over, and its chaos. Borrows the rest.
// Failure: what the store refuses is kept and tried again each second; nothing
//          is said to an agent or a person before it is stored.
// Restart: Restore brings the runs back as they were; agents register with
//          theirs, and nothing is started twice.
// Policy:  a run whose agent is silent is LOST; it goes on when the agent comes
//          back with it, and FAILS after `lost_limit`. One that had only been
//          offered goes back to the queue.
#ifndef SEEP_COORDINATOR_RUNS_RUN_BOOK_H_
#define SEEP_COORDINATOR_RUNS_RUN_BOOK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/event_loop/event_loop.h"
#include "coordinator/fleet/fleet.h"
#include "coordinator/runs/fault_desk.h"
#include "coordinator/runs/run_journal.h"
#include "coordinator/runs/run_state.h"
#include "storage/store.h"

namespace seep::coordinator {

// Judges a run that is over. The answer comes later, on the loop.
using JudgeFinally =
    std::function<void(const v1::Run& run, absl::AnyInvocable<void(absl::StatusOr<v1::RunVerdict>)> judged)>;

class RunBook {
 public:
  struct Options {
    absl::Duration lost_limit = absl::Hours(2);
  };
  RunBook(EventLoop& loop, storage::Store& store, Fleet& fleet, AgentPort& agents, JudgeFinally judge,
          Options options);
  ~RunBook();

  // Called with a run's id whenever something of it was stored.
  void SetObserver(std::function<void(const std::string&)> changed) { journal_.SetObserver(std::move(changed)); }

  void Add(const std::vector<v1::Run>& runs);  // newly submitted
  void Restore(const v1::Run& run, const std::vector<v1::FaultReport>& faults);

  // `acks`: what is stored of the agent's streams.
  void OnRegistered(const std::string& agent, const v1::Register& request, const std::vector<v1::Ack>& acks);
  void OnStatus(const std::string& agent, const v1::RunStatus& status);
  void OnFault(const std::string& agent, const v1::FaultReport& report);
  void OnStored(const v1::Ack& ack, const v1::SampleBatch& batch);
  void OnAgentSilent(const std::string& agent);

  // kNotFound: not open. The run ends in its own time.
  absl::Status Stop(const std::string& run_id, const std::string& reason);
  // Has the run's agent take profiles; they come as artefacts. kNotFound: not
  // open; kFailedPrecondition: it has no endpoint for them, or does not work now.
  absl::Status AskProfiles(const std::string& run_id, const std::string& reason);
  // Stores a running verdict. One that turns to LEAK has profiles taken; one
  // that confirms a leak stops the run, where its campaign asks for that.
  void NoteVerdict(const std::string& run_id, const v1::RunVerdict& verdict);
  // Ends the run on a threshold with abort_on_fail; once.
  void AbortOnThreshold(const std::string& run_id, const v1::ThresholdAbort& abort);
  void TellToForget(const std::string& agent, const std::string& run_id);
  void NoteEvent(const std::string& run_id, std::string kind, std::string message);

  const v1::Run* Find(const std::string& run_id) const;  // open runs only
  // Whether this agent may send samples of the run.
  bool Belongs(const std::string& run_id, const std::string& agent) const;
  std::map<std::string, std::uint32_t> SlotsTaken() const;
  std::vector<std::string> RunningRuns() const;
  void SchedulePlacing();

 private:
  struct OpenRun {
    v1::Run run;
    RunProgress progress;
    v1::RunStatus status;  // the last one
    std::unique_ptr<FaultDesk> faults;
    TimerId lost_timer = TimerId::kNone;
    bool leaking = false;       // by the latest verdict
    int leak_profiles = 0;      // asked for so far
    absl::flat_hash_map<std::string, std::uint64_t> stored_through;  // by boot epoch
  };

  void Apply(OpenRun& open, RunInput input);
  void AskLeakProfiles(OpenRun& open, const v1::RunVerdict& verdict);
  void CarryOut(OpenRun& open, RunEffect effect);
  void NoteStatus(OpenRun& open, const v1::RunStatus& status);
  void StopEarly(OpenRun& open, const v1::Confirmation& confirmation);
  void StopByItself(OpenRun& open, std::string kind);
  void CheckDelivered(OpenRun& open);
  void Close(OpenRun& open);
  void StoreEnd(const std::string& run_id, absl::StatusOr<v1::RunVerdict> verdict);
  void SendTo(const std::string& agent, v1::CoordinatorMessage message);
  void Forget(const std::string& agent, const std::string& run_id, const std::string& reason);
  void Place();
  void ArmLostTimer(OpenRun& open);
  OpenRun* Open(const std::string& run_id);
  absl::Duration RoughElapsed(const OpenRun& open) const;
  FaultDesk::Ports FaultPorts(const std::string& run_id);

  EventLoop& loop_;
  storage::Store& store_;
  Fleet& fleet_;
  AgentPort& agents_;
  JudgeFinally judge_;
  const Options options_;
  RunJournal journal_;
  std::map<std::string, OpenRun> open_;  // by id: the order of submission
  TimerId placing_ = TimerId::kNone;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RUNS_RUN_BOOK_H_
