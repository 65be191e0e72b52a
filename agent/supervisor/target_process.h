// One process that the agent started, with all that it started in turn: its
// pipes, its end, and the killing of its whole tree.
//
// Threads: the loop's only.
// Owns:    the process tree; nothing of it is left when the object has gone.
// Failure: Start: as ChildProcess. Ports are called through the loop, `exited`
//          exactly once; none is called after destruction.
#ifndef SEEP_AGENT_SUPERVISOR_TARGET_PROCESS_H_
#define SEEP_AGENT_SUPERVISOR_TARGET_PROCESS_H_

#include <signal.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/driver_client/host_pipes.h"
#include "agent/supervisor/orphan_reaper.h"
#include "common/os/child_process.h"

namespace seep::agent {

class TargetProcess {
 public:
  struct Ports {
    std::function<void(std::string_view)> output;       // standard output
    std::function<void(std::string)> output_ended;      // closed, or it does not read
    std::function<void(std::string_view)> error_output; // standard error, always drained
    std::function<void(ExitStatus)> exited;
  };
  // `mark` finds members that left the tree (launch.h).
  static absl::StatusOr<std::unique_ptr<TargetProcess>> Start(EpollEventLoop& loop, OrphanReaper& reaper,
                                                              const ChildOptions& options, std::string mark,
                                                              Ports ports);
  ~TargetProcess();

  pid_t pid() const { return child_.pid(); }
  std::uint64_t start_time_ticks() const { return child_.start_time_ticks(); }
  const std::optional<ExitStatus>& ended() const { return ended_; }

  void Write(std::string bytes) { pipes_->Write(std::move(bytes)); }
  void CloseInput() { pipes_->CloseInput(); }
  void Terminate() { child_.SignalGroup(SIGTERM); }
  // KILLs the tree, at once. Blocks the loop for milliseconds, 2 s at most.
  void KillTree();

 private:
  TargetProcess(EpollEventLoop& loop, OrphanReaper& reaper, ChildProcess child, std::string mark, Ports ports);
  void ReadErrorOutput();
  void NoteExit();

  EpollEventLoop& loop_;
  OrphanReaper& reaper_;
  ChildProcess child_;
  const std::string mark_;
  Ports ports_;
  UniqueFd error_output_;
  bool watching_exit_ = true;
  bool tree_killed_ = false;
  std::optional<ExitStatus> ended_;
  std::unique_ptr<HostPipes> pipes_;
  // Posted calls hold it weakly: an expired one means that we are gone.
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);
};

// How many processes the kernel has killed for want of memory since boot.
std::uint64_t OomKills();

// "crash: signal 11 (Segmentation fault)", "killed by the kernel: out of memory".
std::string ClassifyEnd(const ExitStatus& status, bool out_of_memory);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_TARGET_PROCESS_H_
