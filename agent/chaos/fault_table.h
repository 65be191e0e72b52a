// The faults of one run, as the agent executes them: each order once, its
// intent on disk before anything is done, a report at each change.
//
// Threads: the loop's only.
// Owns:    the journal file. Borrows nothing; reports go through `report`.
// Failure: an intent that cannot be written fails the fault, which then is not
//          injected.
// Restart: Unfinished reads the journal of an earlier agent: intended or
//          injected faults are reported as failed (the target was killed).
// Bounds:  the last 256 reports; an older fault's order would be taken again.
#ifndef SEEP_AGENT_CHAOS_FAULT_TABLE_H_
#define SEEP_AGENT_CHAOS_FAULT_TABLE_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seep/v1/chaos.pb.h"

namespace seep::agent {

// The report on an order that nothing is done about.
v1::FaultReport SkippedFault(const v1::FaultOrder& order, const std::string& why);

class FaultTable {
 public:
  using Report = std::function<void(const v1::FaultReport&)>;
  FaultTable(std::string journal, Report report);

  // A new order becomes the one under way (true); a known one has its last
  // report repeated. Skipped is one that comes while another is under way, and
  // one that comes later than its time to live after its time: it would strike
  // at a moment that nobody planned. `now_ms`: since the run began.
  bool Accept(const v1::FaultOrder& order, std::uint64_t now_ms);
  void Skip(const v1::FaultOrder& order, const std::string& why);

  const std::optional<v1::FaultReport>& under_way() const { return under_way_; }
  // Journalled and synced before it returns.
  absl::Status Intend(std::uint32_t generation, std::int64_t pid);
  void Injected(std::uint64_t at_ms, const std::string& detail);
  void Healed(std::uint64_t at_ms, std::uint32_t generation, std::int64_t pid);
  // Of the one under way, if any.
  void Fail(const std::string& why);

  const std::deque<v1::FaultReport>& reports() const { return reports_; }

  static std::vector<v1::FaultReport> Unfinished(const std::string& journal);

 private:
  absl::Status Journal(const v1::FaultReport& report);
  void Publish(const v1::FaultReport& report);
  void Finish(v1::FaultState state, const std::string& detail);

  const std::string journal_;
  const Report report_;
  std::optional<v1::FaultReport> under_way_;
  std::deque<v1::FaultReport> reports_;  // the latest of each fault
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_CHAOS_FAULT_TABLE_H_
