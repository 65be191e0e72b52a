// What a process tree costs, seen from outside.
//
// `LinuxProcReader` reads /proc; `FakeProcReader` (tests) answers what it was told.
//
// Threads: one at a time (the sampler's).
#ifndef SEEP_AGENT_SAMPLER_PROC_READER_H_
#define SEEP_AGENT_SAMPLER_PROC_READER_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace seep::agent {

enum class TreeId : std::uint64_t {};

// Sums over the tree. Nothing: could not be read, or was not asked for.
struct OutsideFigures {
  int processes = 0;
  double rss_bytes = 0, vsz_bytes = 0, threads = 0;
  std::optional<double> anonymous_bytes, swap_bytes;
  std::optional<double> pss_bytes, uss_bytes;  // detailed
  double cpu_percent = 0, memory_percent = 0;  // of one core; of the machine
  std::optional<double> fds, tcp_connections;
  // Of the process that has most, once there were several: limits of a process
  // (nofile, address space) bind each by itself, not their sum.
  std::optional<double> most_fds, most_vsz_bytes;
  double minor_faults = 0, major_faults = 0;   // these count up, members that ended included
  std::optional<double> voluntary_switches, involuntary_switches;
  std::optional<double> read_bytes, written_bytes;
};

// What to read besides the cheap files (measurements.md: µs against ms).
struct SamplingTiers {
  bool sockets = false;
  bool detailed = false;  // smaps_rollup holds the target's memory lock (reliability.md, fact 4)
};

class ProcReader {
 public:
  virtual ~ProcReader() = default;
  // Members are `root`, its descendants, and orphans that carry `mark`
  // ("NAME=value") in their environment.
  virtual void Track(TreeId tree, pid_t root, std::string mark) = 0;
  virtual void Forget(TreeId tree) = 0;
  // kNotFound: the root has ended.
  virtual absl::StatusOr<OutsideFigures> Read(TreeId tree, SamplingTiers tiers) = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_PROC_READER_H_
