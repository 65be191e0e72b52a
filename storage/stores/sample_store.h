// Appends samples, exactly once and in order, as the blocks in which they came
// (tails; chunks are made of them later).
//
// Threads: those of `db`, which it borrows. All want an open transaction.
// Owns:    what it remembers of the streams in use, so that a batch costs one
//          insertion and one update. It must be told when a transaction was
//          rolled back (Forget).
// Failure: as Store::AppendSamples; a batch is stored whole or not at all if the
//          caller wraps it in a savepoint.
#ifndef SEEP_STORAGE_STORES_SAMPLE_STORE_H_
#define SEEP_STORAGE_STORES_SAMPLE_STORE_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/gauge_store.h"
#include "storage/stores/rollup.h"
#include "storage/stores/stream_store.h"

namespace seep::storage {

class SampleStore {
 public:
  explicit SampleStore(sqlite::Database& db) : db_(db), streams_(db), gauges_(db) {}

  absl::StatusOr<AppendOutcome> Append(const v1::SampleBatch& batch, std::int64_t wall_us);
  absl::Status RecordGap(const v1::StreamKey& stream, std::uint64_t through_sequence,
                         const std::string& reason, std::int64_t wall_us);
  // The run is over: completes its minute rows.
  absl::Status CloseRun(RunNo run);
  // Streams that have a chunk's worth of samples since they were last told of,
  // and streams of runs that are over which got something: see compaction/.
  struct Ripe {
    absl::flat_hash_set<StreamNo> full, ending;
  };
  Ripe TakeRipe() { return std::exchange(ripe_, {}); }
  // What was remembered may not be what is on disk any more.
  void Forget() { open_.clear(); }

 private:
  struct OpenStream {
    StreamRow row;
    bool run_over = false;  // no later sample will complete the minute
    StreamGauges gauges;
    Rollup rollup;
    std::uint64_t told_through = 0;  // the samples up to here are in chunks or told of
  };

  absl::StatusOr<OpenStream*> Open(const v1::StreamKey& key);
  absl::Status Restore(OpenStream& stream);
  absl::StatusOr<AppendOutcome> AppendTo(OpenStream& stream, const v1::SampleBatch& batch,
                                         std::int64_t wall_us);
  absl::Status CloseHole(OpenStream& stream, const v1::SampleBatch& batch, std::int64_t wall_us);
  void NoteRipe(OpenStream& stream);
  absl::Status DefineGauges(OpenStream& stream);
  absl::Status InsertBlock(const OpenStream& stream, const v1::SampleBatch& batch, std::uint32_t repeated);

  sqlite::Database& db_;
  StreamStore streams_;
  GaugeStore gauges_;
  absl::node_hash_map<std::string, OpenStream> open_;
  Ripe ripe_;
  v1::SampleBlock block_;  // of the batch at hand; its memory is used again
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_SAMPLE_STORE_H_
