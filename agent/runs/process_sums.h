// The figures of a run with several processes: each gauge's sum over all of
// them, and beside it what each process has of it, "rss.process2", so that a
// leak in one of many is found and named (docs/decisions/0005).
//
// Threads: one at a time. No time, no I/O.
// Bounds:  kOfProcesses series and kOperationsOfProcesses counters of single
//          processes in all, shared evenly; what finds no room is in the sum only.
#ifndef SEEP_AGENT_RUNS_PROCESS_SUMS_H_
#define SEEP_AGENT_RUNS_PROCESS_SUMS_H_

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sampler/sample_encoder.h"

namespace seep::agent {

class ProcessSums {
 public:
  // A stream holds 256 gauges and a judge 32 operations: room is left for the sums.
  static constexpr std::size_t kOfProcesses = 144, kOperationsOfProcesses = 24;

  explicit ProcessSums(std::size_t processes);

  struct OfProcess {
    std::vector<GaugeValue> measured;  // empty: it told nothing, or does not live
    std::vector<GaugeValue> counted;   // by its scenario, which always knows
  };
  // By process. A sum that lacks a process is none, and left out; a counter of
  // scenarios that one process does not name stands at zero there.
  std::vector<GaugeValue> Values(const std::vector<OfProcess>& each);

 private:
  bool ShowsEach(const GaugeValue& gauge);
  bool CountsEach(const GaugeValue& counter);

  const std::size_t processes_, gauges_each_, operations_each_;
  std::set<std::string, std::less<>> gauges_, operations_;  // chosen besides those that come first
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_PROCESS_SUMS_H_
