#include "coordinator/artefacts/artefact_desk.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxWord = 64;

v1::ArtefactAck AckOf(const v1::Artefact& artefact) {
  v1::ArtefactAck ack;
  ack.set_run_id(artefact.run_id());
  ack.set_key(artefact.key());
  return ack;
}

std::string WhatIsWrong(const v1::ArtefactChunk& chunk) {
  const v1::Artefact& artefact = chunk.artefact();
  if (!IsArtefactName(artefact.name()) || !IsArtefactName(artefact.key())) return "its name or key is none";
  if (std::max({artefact.kind().size(), artefact.format().size(), artefact.reason().size()}) > kMaxWord) {
    return "kind, format or reason are longer than 64 bytes";
  }
  if (artefact.size() > storage::kMaxArtefactBytes) {
    return absl::StrCat("it has ", artefact.size(), " bytes; at most ", storage::kMaxArtefactBytes);
  }
  if (chunk.offset() + chunk.data().size() > artefact.size()) return "a piece goes beyond its end";
  return "";
}

// Whether asking again later may help.
bool IsTemporary(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kAborted ||
         status.code() == absl::StatusCode::kInternal;
}

}  // namespace

bool IsArtefactName(const std::string& name) {
  return !name.empty() && name.size() <= 128 && absl::ascii_isalnum(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

void ArtefactDesk::Drop(const std::string& agent) {
  const auto known = incoming_.find(agent);
  if (known == incoming_.end()) return;
  held_ -= known->second.data.size();
  incoming_.erase(known);
}

void ArtefactDesk::OnChunk(const std::string& agent, v1::ArtefactChunk chunk, Answer answer) {
  v1::ArtefactAck ack = AckOf(chunk.artefact());
  if (const std::string wrong = WhatIsWrong(chunk); !wrong.empty()) {
    Drop(agent);
    ack.set_over(true);
    ack.set_refused(wrong);
    return answer(ack);
  }
  if (chunk.offset() == 0) {
    Drop(agent);
    incoming_[agent].artefact = chunk.artefact();
  }
  const auto found = incoming_.find(agent);
  if (found == incoming_.end()) return;  // its beginning was dropped: it will be sent again
  Incoming& incoming = found->second;
  const bool next = incoming.artefact.run_id() == chunk.artefact().run_id() &&
                    incoming.artefact.key() == chunk.artefact().key() && chunk.offset() == incoming.data.size();
  if (!next) return;
  if (held_ + chunk.data().size() > kMaxHeld) return Drop(agent);
  incoming.data.append(chunk.data());
  held_ += chunk.data().size();
  if (incoming.data.size() < incoming.artefact.size()) {
    ack.set_received(incoming.data.size());
    return answer(ack);
  }
  Incoming whole = std::move(incoming);
  held_ -= whole.data.size();
  incoming_.erase(found);
  Store(agent, std::move(whole), std::move(answer));
}

void ArtefactDesk::Store(const std::string& agent, Incoming whole, Answer answer) {
  const v1::Artefact artefact = whole.artefact;
  store_.SaveArtefact(agent, std::move(whole.artefact), std::move(whole.data),
                      [this, artefact, answer = std::move(answer), alive = std::weak_ptr(alive_)](absl::Status saved) {
                        if (alive.expired() || IsTemporary(saved)) return;
                        v1::ArtefactAck ack = AckOf(artefact);
                        ack.set_received(artefact.size());
                        ack.set_over(true);
                        if (!saved.ok()) ack.set_refused(std::string(saved.message()));
                        if (saved.ok() && stored_) stored_(artefact);
                        answer(ack);  // last: whoever waits for it may take the desk down
                      });
}

}  // namespace seep::coordinator
