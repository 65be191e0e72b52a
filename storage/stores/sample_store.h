// Appends samples, exactly once and in order, as the blocks in which they came.
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
  // What was remembered may not be what is on disk any more.
  void Forget() { open_.clear(); }

 private:
  struct OpenStream {
    StreamRow row;
    bool run_over = false;  // no later sample will complete the minute
    StreamGauges gauges;
    Rollup rollup;
  };

  absl::StatusOr<OpenStream*> Open(const v1::StreamKey& key);
  absl::Status Restore(OpenStream& stream);
  absl::StatusOr<AppendOutcome> AppendTo(OpenStream& stream, const v1::SampleBatch& batch,
                                         std::int64_t wall_us);
  absl::Status CloseHole(OpenStream& stream, const v1::SampleBatch& batch, std::int64_t wall_us);
  absl::Status DefineGauges(OpenStream& stream);
  absl::Status InsertBlock(const OpenStream& stream, const v1::SampleBatch& batch, std::uint32_t repeated);

  sqlite::Database& db_;
  StreamStore streams_;
  GaugeStore gauges_;
  absl::node_hash_map<std::string, OpenStream> open_;
  v1::SampleBlock block_;  // of the batch at hand; its memory is used again
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_SAMPLE_STORE_H_
