// The agents' streams: decodes and posts to the loop, writes what the loop sends.
//
// Threads: gRPC's call the reactors; Send, Close and CloseAll on the loop.
// Owns:    a reactor for each stream, until gRPC is done with it.
// Bound:   one message of a stream is on its way to the loop at a time, so a
//          flood stays in the peer's socket; kMaxLinks streams; kMaxOutgoing
//          messages to an agent that does not read, then its stream ends.
#ifndef SEEP_COORDINATOR_RPC_AGENT_LINK_SERVICE_H_
#define SEEP_COORDINATOR_RPC_AGENT_LINK_SERVICE_H_

#include <atomic>
#include <map>
#include <memory>

#include "common/event_loop/event_loop.h"
#include "coordinator/fleet/agent_port.h"
#include "seep/v1/agent_link.grpc.pb.h"

namespace seep::coordinator {

class LinkReactor;

class AgentLinkService : public v1::AgentLink::CallbackService, public AgentPort {
 public:
  static constexpr std::size_t kMaxLinks = 6000;
  static constexpr std::size_t kMaxOutgoing = 8192;

  explicit AgentLinkService(EventLoop& loop) : loop_(loop) {}

  // Before the server starts. `events` must outlive the server.
  void SetEvents(LinkEvents* events) { events_ = events; }

  grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>* Connect(
      grpc::CallbackServerContext* context) override;

  bool Send(LinkId link, v1::CoordinatorMessage message) override;
  void Close(LinkId link, absl::Status why) override;
  void CloseAll(const absl::Status& why);

 private:
  friend class LinkReactor;
  struct Link {
    std::shared_ptr<LinkReactor> reactor;
    bool closing = false;  // what still comes in is not looked at
  };
  void OnMessage(LinkId link, v1::AgentMessage message);
  void OnDone(LinkId link);

  EventLoop& loop_;
  LinkEvents* events_ = nullptr;
  std::atomic<std::uint64_t> last_link_{0};
  std::atomic<std::size_t> open_{0};
  std::map<LinkId, Link> links_;  // loop only
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_AGENT_LINK_SERVICE_H_
