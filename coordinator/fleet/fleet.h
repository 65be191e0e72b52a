// The agents: who is there, by which link, with what to offer.
//
// Threads: coordinator loop only.
// Owns:    what is known of each agent. Borrows `clock`.
// Failure: Admit explains a refusal as the Reject that is sent; the rest as
//          LeaseTable.
// Restart: names and labels come back from the store (Remember), leases do not:
//          until an agent registers again it is not connected.
// Bound:   kMaxAgents; the fields of a registration have limits of their own.
#ifndef SEEP_COORDINATOR_FLEET_FLEET_H_
#define SEEP_COORDINATOR_FLEET_FLEET_H_

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/fleet/agent_port.h"
#include "coordinator/fleet/lease_table.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

inline constexpr std::uint32_t kMinLinkVersion = 1;
inline constexpr std::uint32_t kMaxLinkVersion = 1;
inline constexpr std::size_t kMaxAgents = 5000;

struct Admitted {
  std::uint32_t version = 0;
  LinkId superseded = LinkId::kNone;  // the agent's older stream: close it
  bool same_process = false;          // reconnected, not restarted
};

class Fleet {
 public:
  Fleet(const Clock& clock, absl::Duration lease) : clock_(clock), leases_(clock, lease) {}

  // A name belongs to the process that registered it for as long as its stream
  // lives and its lease holds; then another process of that name takes over.
  std::variant<Admitted, v1::Reject> Admit(const v1::Register& request, LinkId link);
  // The Welcome is on its way: from now on runs may be placed there. False: the
  // link has gone meanwhile.
  bool Welcome(LinkId link);
  absl::Status Heartbeat(const std::string& agent, const v1::Heartbeat& heartbeat);
  // The stream is gone; the lease goes on until its end.
  void Disconnected(LinkId link);
  // Agents that were silent for too long; each is told once. Their streams, if
  // any are left, are returned by LinkOf until Disconnected.
  std::vector<std::string> TakeExpired();

  void Remember(const v1::AgentInfo& agent);  // from the store
  void SetDraining(const std::string& agent, bool draining);

  LinkId LinkOf(const std::string& agent) const;     // kNone: no stream, or not welcomed yet
  std::string AgentOf(LinkId link) const;            // empty: not registered
  // Agent's calendar minus ours, as the last heartbeat showed it.
  absl::Duration ClockOffset(const std::string& agent) const;
  // Slots taken are counted by whoever places runs: `slots_used` here is the
  // agent's own word.
  std::vector<v1::AgentInfo> List() const;
  const v1::AgentInfo* Find(const std::string& agent) const;

 private:
  struct Entry {
    v1::AgentInfo info;
    std::string instance_id;
    LinkId link = LinkId::kNone;
    bool welcomed = false;
    absl::Duration clock_offset;
  };
  std::string Fault(const v1::Register& request) const;

  const Clock& clock_;
  LeaseTable leases_;
  std::map<std::string, Entry> agents_;
  absl::flat_hash_map<LinkId, std::string> by_link_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_FLEET_FLEET_H_
