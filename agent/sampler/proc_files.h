// The files of one process below /proc, kept open: a pread of a kept descriptor
// costs a third of opening afresh (measurements.md, "Sampling one process").
//
// Threads: one at a time.
// Failure: a file that cannot be read gives nothing; `alive` tells whether the
//          process is still the one that was opened (pids are reused, an open
//          /proc file is not).
#ifndef SEEP_AGENT_SAMPLER_PROC_FILES_H_
#define SEEP_AGENT_SAMPLER_PROC_FILES_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "common/os/unique_fd.h"

namespace seep::agent {

struct StatFigures {
  char state = 'X';
  pid_t parent = 0;
  std::uint64_t minor_faults = 0, major_faults = 0, cpu_ticks = 0, threads = 0, start_ticks = 0, vsz_bytes = 0;
};
// The content of /proc/PID/stat; nothing when it is not one.
std::optional<StatFigures> ParseStat(std::string_view content);
// The number after "Name:" in a /proc file of such lines.
std::optional<std::uint64_t> FieldOf(std::string_view content, std::string_view name);

class ProcFiles {
 public:
  explicit ProcFiles(pid_t pid);

  pid_t pid() const { return pid_; }
  std::optional<StatFigures> Stat();
  std::optional<std::uint64_t> ResidentBytes();  // statm
  // The whole content, valid until the next call.
  std::string_view Status();
  std::string_view Io();
  std::string_view SmapsRollup();
  std::optional<std::uint64_t> OpenFds();
  // Inodes of its sockets, at most 4,096 descriptors looked at.
  void CollectSockets(std::unordered_set<std::uint64_t>& inodes) const;
  // Inodes of TCP sockets of its network namespace that are connected.
  void CollectTcp(std::unordered_set<std::uint64_t>& inodes) const;

 private:
  std::string_view ReadKept(UniqueFd& fd, const char* name);

  const pid_t pid_;
  const std::string directory_;
  UniqueFd stat_, statm_, status_, io_, smaps_;
  std::string buffer_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_PROC_FILES_H_
