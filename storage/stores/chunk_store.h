// Chunks of samples and their summaries, one row each.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: as sqlite/error.h.
#ifndef SEEP_STORAGE_STORES_CHUNK_STORE_H_
#define SEEP_STORAGE_STORES_CHUNK_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/chunks/chunk.h"
#include "storage/stores/gauge_store.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class ChunkStore {
 public:
  explicit ChunkStore(sqlite::Database& db) : db_(db) {}

  // `chunk` has the run's gauge numbers, by which `gauges` finds all of them, and
  // its sequences have no hole. `compress`: it will not be read soon or often.
  absl::Status Insert(StreamNo stream, const Chunk& chunk, const StreamGauges& gauges, bool compress);

  // Compresses one chunk of the stream that is not yet; false: there is none.
  absl::StatusOr<bool> CompressNext(StreamNo stream);

 private:
  absl::Status InsertSummaries(std::int64_t chunk_no, const Chunk& chunk, const StreamGauges& gauges);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_CHUNK_STORE_H_
