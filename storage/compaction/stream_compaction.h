// Moves one stream's samples from tails to chunks, a step at a time.
//
// A step takes the oldest tails, in sequence; makes of them as many full chunks
// as they give; and deletes them. All in the caller's transaction, so a sample
// is always in one tail or in one chunk. What is short of a chunk waits, until
// the run is over: then it is a chunk too, all chunks are compressed, and the
// stream is `settled`.
//
// Chunks end at a hole of the stream, and stay behind what the minute rows
// have (`rolled_through`), so that these never need to be gathered from chunks.
// A tail that is damaged stays where it is: whoever reads it says so.
//
// Threads: those of `db`, which it borrows. Wants an open write transaction.
// Failure: as sqlite/error.h; nothing of the step is done if the caller rolls back.
#ifndef SEEP_STORAGE_COMPACTION_STREAM_COMPACTION_H_
#define SEEP_STORAGE_COMPACTION_STREAM_COMPACTION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/chunks/chunk.h"
#include "storage/sqlite/database.h"
#include "storage/stores/gauge_store.h"
#include "storage/stores/ids.h"

namespace seep::storage {

struct CompactionStep {
  bool done = false;  // nothing more to do now
  std::uint64_t chunks = 0;
  std::uint64_t samples = 0;  // moved
};

class StreamCompaction {
 public:
  StreamCompaction(sqlite::Database& db, StreamNo stream) : db_(db), stream_(stream) {}

  absl::StatusOr<CompactionStep> Step();

 private:
  absl::StatusOr<bool> LoadStream();  // false: gone, or settled
  absl::StatusOr<bool> EnoughSamples();
  absl::StatusOr<std::vector<Chunk>> Gather();
  absl::Status Write(const std::vector<Chunk>& chunks);
  // The tail that goes on after `last` begins there from now on.
  absl::Status CutTail(std::uint64_t last);
  absl::Status Settle();

  sqlite::Database& db_;
  const StreamNo stream_;
  bool over_ = false;
  std::uint64_t rolled_through_ = 0;
  StreamGauges gauges_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_COMPACTION_STREAM_COMPACTION_H_
