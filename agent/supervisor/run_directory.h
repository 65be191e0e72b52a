// What one run keeps on disk, so that a restarted agent knows what it was doing:
//
//   status     the last RunStatus, encoded
//   processes  "BOOT-ID PID START-TIME" a line, for every process started
//   faults     the fault journal
//   work/      storage of the SDK's instances, HOME and TMPDIR of its processes
//
// Threads: one at a time.
// Restart: KillLeftovers applies the policy `kill`: what an earlier agent left
//          of this run goes, and nothing else: pid, start time and boot id must
//          all match, or the run's random mark must be in its environment (R5).
#ifndef SEEP_AGENT_SUPERVISOR_RUN_DIRECTORY_H_
#define SEEP_AGENT_SUPERVISOR_RUN_DIRECTORY_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seep::agent {

// [A-Za-z0-9_-][A-Za-z0-9._-]{0,63}: safe as the name of a directory.
bool IsRunId(const std::string& id);

class RunDirectory {
 public:
  // `runs`: the directory of all runs.
  RunDirectory(const std::string& runs, const std::string& run_id);
  static std::vector<std::string> List(const std::string& runs);

  const std::string& path() const { return path_; }
  std::string work() const { return path_ + "/work"; }
  std::string fault_journal() const { return path_ + "/faults"; }

  absl::Status Create() const;
  absl::Status SaveStatus(const std::string& encoded) const;
  absl::StatusOr<std::string> LoadStatus() const;
  absl::Status NoteProcess(pid_t pid, std::uint64_t start_time_ticks) const;
  // Returns how many processes were killed. `run_mark`: see launch.h.
  int KillLeftovers(const std::string& run_mark) const;
  absl::Status RemoveWork() const;
  absl::Status Remove() const;

 private:
  const std::string path_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_RUN_DIRECTORY_H_
