// Delivers the artefacts of all runs, one at a time: a piece is sent when the
// one before it was acknowledged, so that profiles never crowd out samples.
//
// Threads: the loop's only.
// Owns:    the queue; the files stay on their shelves until acknowledged.
// Failure: without an answer for 30 s, and after a reconnect, the artefact is
//          sent anew; one that is refused is removed and logged.
#ifndef SEEP_AGENT_ARTEFACTS_ARTEFACT_DELIVERY_H_
#define SEEP_AGENT_ARTEFACTS_ARTEFACT_DELIVERY_H_

#include <deque>
#include <functional>
#include <string>

#include "agent/artefacts/artefact_shelf.h"
#include "common/event_loop/event_loop.h"
#include "seep/v1/agent_link.pb.h"

namespace seep::agent {

class ArtefactDelivery {
 public:
  // `send`: false when there is no link; OnConnected tells of the next one.
  using Send = std::function<bool(v1::ArtefactChunk)>;
  ArtefactDelivery(EventLoop& loop, Send send);
  ~ArtefactDelivery();

  // Looks for what is new on the run's shelf.
  void Add(const std::string& run_id, const std::string& run_directory);
  void OnConnected();
  void OnAck(const v1::ArtefactAck& ack);
  bool Pending(const std::string& run_id) const;
  bool AllDelivered() const { return queue_.empty(); }
  // The run is forgotten; its shelf goes with its directory.
  void Forget(const std::string& run_id);

 private:
  struct Waiting {
    ArtefactShelf shelf;
    v1::Artefact artefact;
  };
  void SendPiece(std::uint64_t offset);
  void Drop();

  EventLoop& loop_;
  const Send send_;
  std::deque<Waiting> queue_;  // the first is under way
  bool sending_ = false;
  TimerId again_ = TimerId::kNone;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_ARTEFACTS_ARTEFACT_DELIVERY_H_
