// Takes sample batches to the store, one stream's in order, and acknowledges
// what is committed, never earlier (R1).
//
// Threads: coordinator loop only.
// Owns:    the batches that wait. Borrows the rest.
// Failure, by what the store says of a batch:
//   disk, its budget or the queue full: kept, tried again each second, not acknowledged;
//   a hole before it: the stream is asked for again by ending the link. If the
//     agent still begins behind the hole, it does not have the samples any
//     more (our database is an older copy, or its spool is gone): a gap row
//     says so and the stream goes on;
//   damaged (checksum, nonsense): asked for again; after kMaxBadTries the batch
//     is given up, and a gap row says so;
//   a run that is over or another agent's: the agent is told to forget it.
// Bound:   kMaxWaitingBatches a stream and kMaxWaitingBytes in all; one more
//          ends the link, and the agent sends again after its back-off.
#ifndef SEEP_COORDINATOR_INGEST_INGEST_H_
#define SEEP_COORDINATOR_INGEST_INGEST_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "common/event_loop/event_loop.h"
#include "coordinator/fleet/fleet.h"
#include "storage/store.h"

namespace seep::coordinator {

class Ingest {
 public:
  static constexpr std::size_t kMaxWaitingBatches = 64;
  static constexpr std::size_t kMaxWaitingBytes = 64u << 20;
  static constexpr int kMaxBadTries = 3;

  struct Ports {
    std::function<bool()> has_room = [] { return true; };  // within the disk budget
    std::function<bool(const std::string& run_id, const std::string& agent)> belongs;
    std::function<void(const v1::Ack& ack, const v1::SampleBatch& batch)> stored;
    std::function<void(const std::string& run_id, std::string kind, std::string message)> note;
    std::function<void(const std::string& agent, const std::string& run_id)> forget;
  };
  Ingest(EventLoop& loop, storage::Store& store, Fleet& fleet, AgentPort& agents, Ports ports);

  void OnBatch(LinkId link, const std::string& agent, v1::SampleBatch batch);
  // The agent begins anew with what is not acknowledged.
  void OnRegistered(const std::string& agent);
  std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // agent, boot epoch, run
  struct Stream {
    std::deque<v1::SampleBatch> waiting;
    bool in_flight = false;
    bool fresh = true;  // nothing stored since the agent registered
    std::uint64_t bad_at = 0;
    int bad_tries = 0;
    std::uint64_t epoch = 0;  // of the queue: outcomes of an abandoned one are ignored
  };
  void Pump(const Key& key);
  void WaitForRoom(const Key& key);
  void OnOutcome(const Key& key, std::uint64_t epoch, absl::StatusOr<storage::AppendOutcome> outcome);
  void OnHole(const Key& key, Stream& stream, const absl::Status& why);
  void OnDamaged(const Key& key, Stream& stream, const absl::Status& why);
  void RetryLater(const Key& key, const absl::Status& why);
  void GiveUpThrough(const Key& key, std::uint64_t through, const std::string& reason);
  void Abandon(Stream& stream);
  void AskAgain(const Key& key, Stream& stream, const absl::Status& why);
  void Pop(Stream& stream);

  EventLoop& loop_;
  storage::Store& store_;
  Fleet& fleet_;
  AgentPort& agents_;
  Ports ports_;
  std::map<Key, Stream> streams_;
  std::size_t waiting_bytes_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_INGEST_INGEST_H_
