// Lends agents a bounded right to run work; reclaims it when they go quiet.
//
// Threads: coordinator loop only.
// Owns:    live leases. Borrows `clock`, which must outlive the table.
// Failure: kNotFound for a stranger; kFailedPrecondition once expired.
// Restart: nothing is persisted; agents register again.
#ifndef SEEP_COORDINATOR_FLEET_LEASE_TABLE_H_
#define SEEP_COORDINATOR_FLEET_LEASE_TABLE_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/clock/clock.h"

namespace seep::coordinator {

class LeaseTable {
 public:
  LeaseTable(const Clock& clock, absl::Duration ttl) : clock_(clock), ttl_(ttl) {}

  // A fresh lease; replaces the one the agent may have.
  void Grant(const std::string& agent);
  // Refuses a late heartbeat instead of reviving the lease, because the work
  // may already belong to another agent.
  absl::Status Renew(const std::string& agent);
  bool Holds(const std::string& agent) const;
  // Removes and returns those whose time is up.
  std::vector<std::string> TakeExpired();
  std::optional<MonotonicTime> NextExpiry() const;
  absl::Duration ttl() const { return ttl_; }

 private:
  const Clock& clock_;
  const absl::Duration ttl_;
  absl::flat_hash_map<std::string, MonotonicTime> expiry_;
  std::set<std::pair<MonotonicTime, std::string>> order_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_FLEET_LEASE_TABLE_H_
