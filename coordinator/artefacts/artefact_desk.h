// Puts together the artefacts that agents send piece by piece, and stores each
// once it is whole.
//
// Threads: coordinator loop only.
// Owns:    what is half received, one artefact an agent; a newer one of the same
//          agent replaces it. Borrows the store.
// Bounds:  storage::kMaxArtefactBytes each, kMaxHeld in all: beyond it a piece
//          is not answered, and the agent tries again later.
// Failure: a refused artefact is answered with the reason and never asked for
//          again; what the store cannot take for now is not answered.
#ifndef SEEP_COORDINATOR_ARTEFACTS_ARTEFACT_DESK_H_
#define SEEP_COORDINATOR_ARTEFACTS_ARTEFACT_DESK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "seep/v1/agent_link.pb.h"
#include "storage/store.h"

namespace seep::coordinator {

class ArtefactDesk {
 public:
  static constexpr std::size_t kMaxHeld = 256 << 20;
  using Answer = std::function<void(const v1::ArtefactAck&)>;

  explicit ArtefactDesk(storage::Store& store) : store_(store) {}

  // `stored` hears of a run that has a new artefact.
  void SetObserver(std::function<void(const v1::Artefact&)> stored) { stored_ = std::move(stored); }

  void OnChunk(const std::string& agent, v1::ArtefactChunk chunk, Answer answer);
  void OnAgentGone(const std::string& agent) { Drop(agent); }

 private:
  struct Incoming {
    v1::Artefact artefact;
    std::string data;
  };
  void Store(const std::string& agent, Incoming whole, Answer answer);
  void Drop(const std::string& agent);

  storage::Store& store_;
  std::function<void(const v1::Artefact&)> stored_;
  std::map<std::string, Incoming> incoming_;  // by agent
  std::size_t held_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// What an agent may call a file: [A-Za-z0-9][A-Za-z0-9._-]{0,127}.
bool IsArtefactName(const std::string& name);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_ARTEFACTS_ARTEFACT_DESK_H_
