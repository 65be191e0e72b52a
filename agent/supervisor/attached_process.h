// A process that somebody else started: found by the agent's own rule, known
// by pid and start time together (pids are reused), watched until it ends.
//
// Threads: the loop's only.
// Owns:    a pidfd, never the process: destruction leaves it alone.
// Failure: FindProcess: kNotFound: none runs now; kFailedPrecondition: the rule
//          does not name one process, or a pid file that is none.
#ifndef SEEP_AGENT_SUPERVISOR_ATTACHED_PROCESS_H_
#define SEEP_AGENT_SUPERVISOR_ATTACHED_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/configuration/process_entries.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/unique_fd.h"

namespace seep::agent {

struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time_ticks = 0;
  bool operator==(const ProcessIdentity&) const = default;
};

// By pid file: the pid in it. By unit: of the processes in its cgroup the one
// whose parent is not there. By executable: of the processes that run exactly
// this file the one whose parent does not. `cgroups` is for tests.
absl::StatusOr<ProcessIdentity> FindProcess(const AttachRule& rule, const std::string& cgroups = "/sys/fs/cgroup");

class AttachedProcess {
 public:
  // kNotFound: it has ended, or its pid is somebody else's by now. `ended` runs
  // once, on the loop, and not after destruction.
  static absl::StatusOr<std::unique_ptr<AttachedProcess>> Watch(EpollEventLoop& loop, ProcessIdentity identity,
                                                                std::function<void()> ended);
  ~AttachedProcess();

  const ProcessIdentity& identity() const { return identity_; }
  bool ended() const { return ended_; }
  // By the pidfd: reaches this process or nobody.
  void Signal(int signal);

 private:
  AttachedProcess(EpollEventLoop& loop, ProcessIdentity identity, UniqueFd pidfd, std::function<void()> on_ended);

  EpollEventLoop& loop_;
  const ProcessIdentity identity_;
  UniqueFd pidfd_;
  std::function<void()> on_ended_;
  bool ended_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_ATTACHED_PROCESS_H_
