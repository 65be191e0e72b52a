#include "agent/artefacts/artefact_delivery.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {
constexpr std::size_t kPieceBytes = 256 << 10;
constexpr absl::Duration kAnswerWithin = absl::Seconds(30);
}  // namespace

ArtefactDelivery::ArtefactDelivery(EventLoop& loop, Send send) : loop_(loop), send_(std::move(send)) {}

ArtefactDelivery::~ArtefactDelivery() { loop_.Cancel(again_); }

void ArtefactDelivery::Add(const std::string& run_id, const std::string& run_directory) {
  const ArtefactShelf shelf(run_directory);
  for (v1::Artefact& artefact : shelf.List()) {
    const bool known = std::any_of(queue_.begin(), queue_.end(), [&](const Waiting& waiting) {
      return waiting.artefact.key() == artefact.key() && waiting.artefact.run_id() == run_id;
    });
    if (known || artefact.run_id() != run_id) continue;
    queue_.push_back({shelf, std::move(artefact)});
  }
  if (!sending_) SendPiece(0);
}

void ArtefactDelivery::OnConnected() { SendPiece(0); }

void ArtefactDelivery::SendPiece(std::uint64_t offset) {
  loop_.Cancel(again_);
  sending_ = false;
  while (!queue_.empty()) {
    const Waiting& first = queue_.front();
    auto data = first.shelf.Read(first.artefact, offset, kPieceBytes);
    if (data.ok()) {
      v1::ArtefactChunk chunk;
      *chunk.mutable_artefact() = first.artefact;
      chunk.set_offset(offset);
      chunk.set_data(*std::move(data));
      if (!send_(std::move(chunk))) return;
      sending_ = true;
      again_ = loop_.RunAfter(kAnswerWithin, [this] { SendPiece(0); });
      return;
    }
    LogWarn(absl::StrCat("run=", first.artefact.run_id(), " artefact=", first.artefact.name(), " lost: ", std::string(data.status().message())));
    Drop();
    offset = 0;
  }
}

void ArtefactDelivery::OnAck(const v1::ArtefactAck& ack) {
  if (queue_.empty()) return;
  const v1::Artefact& artefact = queue_.front().artefact;
  if (ack.run_id() != artefact.run_id() || ack.key() != artefact.key()) return;  // of one that was sent anew
  if (!ack.over()) return SendPiece(std::min<std::uint64_t>(ack.received(), artefact.size()));
  if (!ack.refused().empty()) {
    LogWarn(absl::StrCat("run=", artefact.run_id(), " artefact=", artefact.name(), " refused: ", Printable(ack.refused())));
  }
  Drop();
  SendPiece(0);
}

void ArtefactDelivery::Drop() {
  queue_.front().shelf.Remove(queue_.front().artefact.key());
  queue_.pop_front();
}

bool ArtefactDelivery::Pending(const std::string& run_id) const {
  return std::any_of(queue_.begin(), queue_.end(), [&](const Waiting& waiting) { return waiting.artefact.run_id() == run_id; });
}

void ArtefactDelivery::Forget(const std::string& run_id) {
  const bool first = !queue_.empty() && queue_.front().artefact.run_id() == run_id;
  std::erase_if(queue_, [&](const Waiting& waiting) { return waiting.artefact.run_id() == run_id; });
  if (first) SendPiece(0);
}

}  // namespace seep::agent
