// What a scenario did: operations that succeeded, errors by kind. They span the
// generations of a run, so they only go up.
//
// Threads: the loop's only.
// Bounds:  32 kinds of errors by name; further kinds count as errors.other.
#ifndef SEEP_AGENT_SCENARIO_SCENARIO_COUNTERS_H_
#define SEEP_AGENT_SCENARIO_SCENARIO_COUNTERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/latency/operation_times.h"
#include "agent/pacing/pace_state.h"

namespace seep::agent {

struct ScenarioValue {
  std::string name;
  double value = 0;
  bool operation = false;  // a per-operation rate may divide by it
  bool counter = true;     // else goes up and down
};

class ScenarioCounters {
 public:
  std::uint64_t payments = 0;
  std::uint64_t reconnects = 0;        // instances reconnected, not cycles
  std::uint64_t lifecycles = 0;
  std::uint64_t listener_changes = 0;  // added or removed
  std::uint64_t history_queries = 0;
  std::uint64_t syncs = 0;
  std::uint64_t parses = 0;
  std::uint64_t info_queries = 0;
  std::uint64_t receives = 0;
  std::uint64_t cancelled_connects = 0;  // given up before they ended
  std::map<std::string, std::uint64_t> failures;  // by kind: those that failed as they should
  std::map<std::string, std::uint64_t> invokes;   // by the SDK's operation
  std::uint64_t prefilled = 0;         // payments made for a history, before the first tick
  std::uint64_t late_cancels = 0;      // connects that were quicker than their deadline
  std::uint64_t mixed = 0;             // operations drawn from a mix: says which draw is next
  std::uint64_t refills = 0;
  std::uint64_t collections = 0;
  std::uint64_t replacements = 0;      // dead instances replaced
  std::uint64_t warnings = 0;          // failed disconnects
  std::uint64_t events = 0;            // delivered to listeners
  std::int64_t listeners_expected = 0; // what we added and did not remove

  OperationTimes times;                   // latencies and errors by operation
  std::map<std::string, PaceState> paces; // by the part of the scenario that is paced

  void CountError(std::string_view kind);
  std::uint64_t errors() const { return errors_; }
  const std::map<std::string, std::uint64_t>& errors_by_kind() const { return by_kind_; }

  // Those that are not zero, and `errors`, which says so when it is.
  std::vector<ScenarioValue> Values() const;

 private:
  std::uint64_t errors_ = 0;
  std::map<std::string, std::uint64_t> by_kind_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_SCENARIO_COUNTERS_H_
