#include "coordinator/fleet/lease_table.h"

#include "absl/strings/str_cat.h"

namespace seep::coordinator {

void LeaseTable::Grant(const std::string& agent) {
  const MonotonicTime until = clock_.Now() + ttl_;
  if (const auto held = expiry_.find(agent); held != expiry_.end()) order_.erase({held->second, agent});
  expiry_[agent] = until;
  order_.insert({until, agent});
}

absl::Status LeaseTable::Renew(const std::string& agent) {
  const auto held = expiry_.find(agent);
  if (held == expiry_.end()) return absl::NotFoundError(absl::StrCat("agent ", agent, " has no lease"));
  if (held->second <= clock_.Now()) {
    return absl::FailedPreconditionError(absl::StrCat("the lease of agent ", agent, " has expired; register again"));
  }
  Grant(agent);
  return absl::OkStatus();
}

bool LeaseTable::Holds(const std::string& agent) const {
  const auto held = expiry_.find(agent);
  return held != expiry_.end() && held->second > clock_.Now();
}

std::vector<std::string> LeaseTable::TakeExpired() {
  std::vector<std::string> expired;
  while (!order_.empty() && order_.begin()->first <= clock_.Now()) {
    expired.push_back(order_.begin()->second);
    expiry_.erase(order_.begin()->second);
    order_.erase(order_.begin());
  }
  return expired;
}

std::optional<MonotonicTime> LeaseTable::NextExpiry() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

}  // namespace seep::coordinator
