#include "coordinator/ingest/ingest.h"

#include <algorithm>
#include "absl/strings/str_cat.h"
#include "coordinator/log/log.h"

namespace seep::coordinator {
namespace {

v1::StreamKey KeyMessage(const std::tuple<std::string, std::string, std::string>& key) {
  v1::StreamKey message;
  message.set_agent(std::get<0>(key));
  message.set_boot_epoch(std::get<1>(key));
  message.set_run_id(std::get<2>(key));
  return message;
}

}  // namespace

Ingest::Ingest(EventLoop& loop, storage::Store& store, Fleet& fleet, AgentPort& agents, Ports ports)
    : loop_(loop), store_(store), fleet_(fleet), agents_(agents), ports_(std::move(ports)) {}

void Ingest::OnBatch(LinkId link, const std::string& agent, v1::SampleBatch batch) {
  const std::string& run_id = batch.stream().run_id();
  // An agent speaks for itself only, whatever the key says.
  if (batch.stream().agent() != agent || batch.stream().boot_epoch().size() > 128) {
    return agents_.Close(link, absl::PermissionDeniedError("a batch of another agent's stream"));
  }
  if (!ports_.belongs(run_id, agent)) return ports_.forget(agent, run_id);
  const Key key{agent, batch.stream().boot_epoch(), run_id};
  Stream& stream = streams_[key];
  const std::size_t bytes = batch.block().size();
  if (stream.waiting.size() >= kMaxWaitingBatches || waiting_bytes_ + bytes > kMaxWaitingBytes) {
    return AskAgain(key, stream, absl::ResourceExhaustedError("the coordinator cannot store as fast as this"));
  }
  waiting_bytes_ += bytes;
  stream.waiting.push_back(std::move(batch));
  Pump(key);
}

void Ingest::OnRegistered(const std::string& agent) {
  for (auto stream = streams_.lower_bound(Key{agent, "", ""});
       stream != streams_.end() && std::get<0>(stream->first) == agent;) {
    Abandon(stream->second);
    const bool idle = !stream->second.in_flight && stream->second.bad_tries == 0;
    stream = idle ? streams_.erase(stream) : std::next(stream);
  }
}

void Ingest::Pump(const Key& key) {
  Stream& stream = streams_[key];
  if (stream.in_flight || stream.waiting.empty()) return;
  stream.in_flight = true;
  if (!ports_.has_room()) return WaitForRoom(key);
  store_.AppendSamples(stream.waiting.front(), [this, key, epoch = stream.epoch, alive = std::weak_ptr(alive_)](
                                                   absl::StatusOr<storage::AppendOutcome> outcome) {
    if (!alive.expired()) OnOutcome(key, epoch, std::move(outcome));
  });
}

// The agents keep what is not acknowledged; the budget says when there is room.
void Ingest::WaitForRoom(const Key& key) {
  loop_.RunAfter(absl::Seconds(1), [this, key, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    streams_[key].in_flight = false;
    Pump(key);
  });
}

void Ingest::OnOutcome(const Key& key, std::uint64_t epoch, absl::StatusOr<storage::AppendOutcome> outcome) {
  Stream& stream = streams_[key];
  stream.in_flight = false;
  if (stream.epoch != epoch) return Pump(key);  // the queue was abandoned meanwhile
  if (outcome.ok()) {
    v1::SampleBatch batch = std::move(stream.waiting.front());
    waiting_bytes_ -= batch.block().size();
    stream.waiting.pop_front();
    stream.fresh = false;
    stream.bad_tries = 0;
    v1::CoordinatorMessage message;
    *message.mutable_ack() = outcome->ack;
    const LinkId link = fleet_.LinkOf(std::get<0>(key));
    if (link != LinkId::kNone) agents_.Send(link, std::move(message));
    if (outcome->lost > 0) {
      ports_.note(std::get<2>(key), "gap", absl::StrCat(outcome->lost, " samples lost: ", batch.dropped_reason()));
    }
    Pump(key);
    ports_.stored(outcome->ack, batch);
    return;
  }
  const absl::Status status = outcome.status();
  switch (status.code()) {
    case absl::StatusCode::kOutOfRange: return OnHole(key, stream, status);
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInvalidArgument: return OnDamaged(key, stream, status);
    case absl::StatusCode::kNotFound:
      Abandon(stream);
      return ports_.forget(std::get<0>(key), std::get<2>(key));
    default: return RetryLater(key, status);
  }
}

void Ingest::RetryLater(const Key& key, const absl::Status& why) {
  LogWarn({{"run", std::get<2>(key)}, {"samples", "waiting"}, {"reason", std::string(why.message())}});
  loop_.RunAfter(absl::Seconds(1), [this, key, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && streams_.contains(key)) Pump(key);
  });
}

void Ingest::OnHole(const Key& key, Stream& stream, const absl::Status& why) {
  if (!stream.fresh) return AskAgain(key, stream, why);
  const std::uint64_t through = stream.waiting.front().first_sequence() - 1;
  GiveUpThrough(key, through,
                absl::StrCat("the agent no longer has the samples up to ", through,
                             ": the coordinator's database is an older copy, or the agent's spool was lost"));
}

void Ingest::OnDamaged(const Key& key, Stream& stream, const absl::Status& why) {
  const v1::SampleBatch& batch = stream.waiting.front();
  stream.bad_tries = stream.bad_at == batch.first_sequence() ? stream.bad_tries + 1 : 1;
  stream.bad_at = batch.first_sequence();
  ports_.note(std::get<2>(key), "error",
              absl::StrCat("batch at sequence ", batch.first_sequence(), " refused: ", why.message()));
  if (stream.bad_tries < kMaxBadTries) return AskAgain(key, stream, why);
  // A count that is itself nonsense must not swallow the rest of the stream.
  const std::uint64_t count = std::clamp<std::uint64_t>(batch.count(), 1, 10'000);
  const std::uint64_t through = batch.first_sequence() + count - 1;
  stream.bad_tries = 0;
  Pop(stream);
  GiveUpThrough(key, through, absl::StrCat("quarantined after ", kMaxBadTries, " tries: ", why.message()));
}

void Ingest::GiveUpThrough(const Key& key, std::uint64_t through, const std::string& reason) {
  Stream& stream = streams_[key];
  stream.in_flight = true;
  LogWarn({{"run", std::get<2>(key)}, {"samples", "lost"}, {"reason", reason}});
  store_.RecordGap(KeyMessage(key), through, reason, [this, key, reason, alive = std::weak_ptr(alive_)](absl::Status status) {
    if (alive.expired()) return;
    streams_[key].in_flight = false;
    if (!status.ok()) return RetryLater(key, status);
    ports_.note(std::get<2>(key), "gap", reason);
    Pump(key);
  });
}

void Ingest::Pop(Stream& stream) {
  waiting_bytes_ -= stream.waiting.front().block().size();
  stream.waiting.pop_front();
}

void Ingest::Abandon(Stream& stream) {
  while (!stream.waiting.empty()) Pop(stream);
  stream.fresh = true;
  ++stream.epoch;
}

void Ingest::AskAgain(const Key& key, Stream& stream, const absl::Status& why) {
  LogWarn({{"run", std::get<2>(key)}, {"agent", std::get<0>(key)}, {"samples", "asked again"},
           {"reason", std::string(why.message())}});
  Abandon(stream);
  const LinkId link = fleet_.LinkOf(std::get<0>(key));
  if (link != LinkId::kNone) agents_.Close(link, absl::AbortedError(absl::StrCat("send again: ", why.message())));
}

}  // namespace seep::coordinator
