// What all runs of an agent share, and whom they tell.
#ifndef SEEP_AGENT_RUNS_AGENT_PARTS_H_
#define SEEP_AGENT_RUNS_AGENT_PARTS_H_

#include <string>

#include "agent/configuration/configuration.h"
#include "agent/sampler/sampler.h"
#include "agent/spool/spool.h"
#include "agent/supervisor/orphan_reaper.h"
#include "common/event_loop/epoll_event_loop.h"
#include "seep/v1/agent_link.pb.h"

namespace seep::agent {

// Threads: the loop's only.
class RunListener {
 public:
  virtual ~RunListener() = default;
  virtual void OnStatus(const v1::RunStatus& status) = 0;
  virtual void OnFault(const v1::FaultReport& report) = 0;
  virtual void OnLogs(v1::LogBatch logs) = 0;
  virtual void OnSample(const std::string& run_id, absl::Duration interval) = 0;
  // Something is on the shelf of the run in `run_directory`.
  virtual void OnArtefact(const std::string& /*run_id*/, const std::string& /*run_directory*/) {}
  // Whether some of it is not yet with the coordinator.
  virtual bool ArtefactsPending(const std::string& /*run_id*/) { return false; }
};

// All outlive every run.
struct AgentParts {
  EpollEventLoop& loop;
  Spool& spool;
  Sampler& sampler;
  OrphanReaper& reaper;
  const Configuration& configuration;
  RunListener& listener;
  std::string runs_directory;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_AGENT_PARTS_H_
