// What the operator wants kept, and for how long: rules by age and label.
//
// The first rule whose labels a run has decides. Ages count from the run's end.
// A run keeps its details (raw samples, logs, profiles and dumps), then minutes,
// then hours, and then it is removed. Without a rule everything stays.
//
// Threads: any; immutable.
#ifndef SEEP_COORDINATOR_UPKEEP_RETENTION_POLICY_H_
#define SEEP_COORDINATOR_UPKEEP_RETENTION_POLICY_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "storage/upkeep/expirable_runs.h"
#include "storage/upkeep/expiry.h"

namespace seep::coordinator {

struct RetentionRule {
  std::map<std::string, std::string> labels;  // all of them; empty: every run
  absl::Duration keep_details = absl::InfiniteDuration();
  absl::Duration keep_minutes = absl::InfiniteDuration();  // >= keep_details
  absl::Duration keep_runs = absl::InfiniteDuration();     // >= keep_minutes
};

class RetentionPolicy {
 public:
  explicit RetentionPolicy(std::vector<RetentionRule> rules) : rules_(std::move(rules)) {}

  bool empty() const { return rules_.empty(); }
  // No rule lets anything go that ended later than this before now.
  absl::Duration youngest() const;
  // What is to leave of the run now, if anything.
  std::optional<storage::ExpiryOrder> Decide(const storage::ExpirableRun& run, WallTime now) const;

 private:
  const std::vector<RetentionRule> rules_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_RETENTION_POLICY_H_
