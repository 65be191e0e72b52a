// The wire to the coordinator as the session sees it: one attempt at a stream.
//
// `GrpcDialer` is the real one; `FakeDialer` (tests) hands messages over.
//
// Threads: the loop's only; events come through the loop.
#ifndef SEEP_AGENT_SESSION_LINK_H_
#define SEEP_AGENT_SESSION_LINK_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "seep/v1/agent_link.pb.h"

namespace seep::agent {

class LinkStream {
 public:
  // Destroying it cancels; no event comes afterwards.
  virtual ~LinkStream() = default;
  // Queued without a bound of its own: the session keeps the window.
  virtual void Send(v1::AgentMessage message) = 0;
  // No more from us; what is queued still goes.
  virtual void FinishSending() = 0;
};

struct LinkEvents {
  std::function<void(const v1::CoordinatorMessage&)> received;
  std::function<void(absl::Status)> closed;  // once; kOk: the coordinator ended it
};

class LinkDialer {
 public:
  virtual ~LinkDialer() = default;
  virtual std::unique_ptr<LinkStream> Dial(LinkEvents events) = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SESSION_LINK_H_
