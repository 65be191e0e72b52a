// The way out to one agent: what the transport offers the coordinator.
//
// Threads: coordinator loop.
// Owns:    `AgentPort` is the transport's; whoever holds a LinkId asks for it
//          anew each time, since it goes when the stream does.
// Bound:   Send refuses (false) when the agent does not read its messages; the
//          stream then ends, and the agent registers again.
#ifndef SEEP_COORDINATOR_FLEET_AGENT_PORT_H_
#define SEEP_COORDINATOR_FLEET_AGENT_PORT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "seep/v1/agent_link.pb.h"

namespace seep::coordinator {

// One stream, from its opening to its end; never used again.
enum class LinkId : std::uint64_t { kNone = 0 };

class AgentPort {
 public:
  virtual ~AgentPort() = default;
  virtual bool Send(LinkId link, v1::CoordinatorMessage message) = 0;
  // Ends the stream once what was sent before is written.
  virtual void Close(LinkId link, absl::Status why) = 0;
};

// The way in, implemented by the coordinator.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  // The link's next message comes only after this returned.
  virtual void OnMessage(LinkId link, v1::AgentMessage message) = 0;
  virtual void OnClosed(LinkId link) = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_FLEET_AGENT_PORT_H_
