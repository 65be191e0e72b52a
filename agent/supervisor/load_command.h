// The command beside a process or attached target that gives it work (seed
// 003's load generator), its ends counted and its last exit code kept.
//
// A load may count its own operations: each line "SEEP NAME=NUMBER" that it
// prints sets the counter load.NAME, by which rates can be divided.
//
// Threads: the loop's only.
// Owns:    the process tree; nothing of it is left after Stop or destruction.
// Failure: Start: as ChildProcess. `ended` runs on the loop, not after Stop.
// Bounds:  16 counters, names [a-z][a-z0-9_]{0,40}.
#ifndef SEEP_AGENT_SUPERVISOR_LOAD_COMMAND_H_
#define SEEP_AGENT_SUPERVISOR_LOAD_COMMAND_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/supervisor/log_lines.h"
#include "agent/supervisor/target_process.h"
#include "seep/v1/run.pb.h"

namespace seep::agent {

class LoadCommand {
 public:
  LoadCommand(EpollEventLoop& loop, OrphanReaper& reaper, LogLines& log, std::string entry);
  ~LoadCommand();

  // `ended(success)`: it ended by itself. May be started again then.
  absl::Status Start(const ChildOptions& command, const std::string& mark, std::function<void(bool success)> ended);
  // SIGKILL to the tree; no `ended` comes of it.
  void Stop();
  bool running() const { return process_ && !process_->ended(); }
  pid_t pid() const { return process_ ? process_->pid() : 0; }
  std::uint64_t start_time_ticks() const { return process_ ? process_->start_time_ticks() : 0; }

  // Without `ended_at_ms`, which the run knows.
  const v1::LoadStatus& status() const { return status_; }
  // What it has counted, over all its lives: a life begins at 0 again.
  std::map<std::string, double> Counters() const;

 private:
  struct Counter {
    double before = 0, now = 0;
  };
  void OnOutput(std::string_view bytes);
  void OnLine(std::string_view line);
  void OnExited(ExitStatus status);

  EpollEventLoop& loop_;
  OrphanReaper& reaper_;
  LogLines& log_;
  v1::LoadStatus status_;
  std::function<void(bool)> ended_;
  std::string unfinished_;
  std::map<std::string, Counter> counters_;
  std::unique_ptr<TargetProcess> process_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_LOAD_COMMAND_H_
