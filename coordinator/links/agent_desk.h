// Where agents come in: registration, leases, and each message to whom it
// concerns.
//
// Threads: coordinator loop only.
// Owns:    what a link is waiting for. Borrows the rest.
// Failure: a link that breaks the order of the protocol (agent_link.proto) is
//          ended with the reason.
// Bound:   the transport caps how many links there are.
#ifndef SEEP_COORDINATOR_LINKS_AGENT_DESK_H_
#define SEEP_COORDINATOR_LINKS_AGENT_DESK_H_

#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "common/event_loop/event_loop.h"
#include "coordinator/artefacts/artefact_desk.h"
#include "coordinator/fleet/fleet.h"
#include "coordinator/ingest/ingest.h"
#include "coordinator/runs/run_book.h"
#include "storage/store.h"

namespace seep::coordinator {

class AgentDesk : public LinkEvents {
 public:
  static constexpr std::uint32_t kWindowSamples = 5000;

  AgentDesk(EventLoop& loop, storage::Store& store, Fleet& fleet, AgentPort& agents, Ingest& ingest, RunBook& runs,
            ArtefactDesk& artefacts, absl::Duration lease);
  ~AgentDesk() override;

  void OnMessage(LinkId link, v1::AgentMessage message) override;
  void OnClosed(LinkId link) override;
  // New registrations are sent away; what is connected goes on.
  void BeginShutdown() { shutting_down_ = true; }
  void Start();  // begins to watch the leases

 private:
  void OnRegister(LinkId link, v1::Register request);
  void Welcome(LinkId link, const v1::Register& request, std::uint32_t version,
               absl::StatusOr<std::vector<v1::Ack>> acks);
  void Refuse(LinkId link, const v1::Reject& reject);
  void OnHeartbeat(LinkId link, const std::string& agent, const v1::Heartbeat& heartbeat);
  void Dispatch(LinkId link, const std::string& agent, v1::AgentMessage message);
  void SweepLeases();
  void Save(const std::string& agent);

  EventLoop& loop_;
  storage::Store& store_;
  Fleet& fleet_;
  AgentPort& agents_;
  Ingest& ingest_;
  RunBook& runs_;
  ArtefactDesk& artefacts_;
  const absl::Duration lease_;
  // Admitted, Welcome not yet sent.
  absl::flat_hash_set<LinkId> welcoming_;
  TimerId sweep_ = TimerId::kNone;
  bool shutting_down_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_LINKS_AGENT_DESK_H_
