// Wires the parts of the agent: the session brings assignments, runs execute
// them, the spool and the session deliver what they measured.
//
// Threads: the loop's only; `Run` blocks the thread that becomes the loop's.
// Owns:    spool, sampler, session, runs. Borrows the loop and the clock.
// Failure: Open: a state directory in use or not writable; the status says so.
#ifndef SEEP_AGENT_AGENT_H_
#define SEEP_AGENT_AGENT_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "agent/artefacts/artefact_delivery.h"
#include "agent/configuration/configuration.h"
#include "agent/runs/run.h"
#include "agent/session/session.h"
#include "common/os/unique_fd.h"

namespace seep::agent {

class Agent : public SessionHandler, public RunListener {
 public:
  struct Ports {
    std::function<void()> first_connected;
    std::function<void(bool failed)> finished;  // nothing is left to do
  };
  Agent(EpollEventLoop& loop, Configuration configuration, LinkDialer& dialer, Ports ports);
  ~Agent() override;

  // Takes the state directory, kills what an earlier agent left, starts.
  absl::Status Start();
  // First: ends the runs gracefully, delivers, says goodbye. Second: at once.
  void Drain(const std::string& reason);
  void ReapOrphans() { reaper_.Reap(); }

  v1::Register MakeRegister() override;
  v1::Heartbeat MakeHeartbeat() override;
  void OnWelcome() override;
  void OnMessage(const v1::CoordinatorMessage& message) override;
  void OnGivenUp(const std::string& reason) override;

  void OnStatus(const v1::RunStatus& status) override;
  void OnFault(const v1::FaultReport& report) override;
  void OnLogs(v1::LogBatch logs) override;
  void OnSample(const std::string& run_id, absl::Duration interval) override;
  void OnArtefact(const std::string& run_id, const std::string& run_directory) override;
  bool ArtefactsPending(const std::string& run_id) override;

 private:
  absl::Status LockStateDirectory();
  void RecoverRuns();
  void Assign(const v1::RunSpec& spec);
  void Refuse(const v1::RunSpec& spec, const std::string& reason);
  void StopRun(const v1::StopRun& stop);
  void Forget(const std::string& run_id);
  void OnArtefactAck(const v1::ArtefactAck& ack);
  void Order(const v1::FaultOrder& order);
  void SweepRuns();
  void FinishIfDone();
  bool Delivered() const { return session_->AllDelivered() && artefacts_.AllDelivered(); }
  void AwaitDelivery(MonotonicTime deadline);
  std::uint32_t SlotsUsed() const;

  EpollEventLoop& loop_;
  const Configuration configuration_;
  LinkDialer& dialer_;
  Ports ports_;
  UniqueFd lock_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Sampler> sampler_;
  OrphanReaper reaper_;
  std::unique_ptr<AgentParts> parts_;
  std::unique_ptr<Session> session_;
  ArtefactDelivery artefacts_;
  std::set<std::string> forget_later_;  // once their artefacts are delivered
  const std::string instance_id_;
  std::map<std::string, std::unique_ptr<Run>> runs_;
  // Runs that are over, not yet forgotten by the coordinator; bounded.
  std::map<std::string, v1::RunStatus> past_;
  std::map<std::string, std::vector<v1::FaultReport>> past_faults_;
  bool connected_once_ = false, draining_ = false, finished_ = false, given_up_ = false;
  TimerId drain_timer_ = TimerId::kNone;
  MonotonicTime last_beat_;
  double last_cpu_seconds_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_AGENT_H_
