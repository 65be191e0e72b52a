// A stream's samples as they lie in the database, tail or chunk, in sequence.
//
//   SEEP_ASSIGN_OR_RETURN(StoredBlocks blocks, StoredBlocks::Open(db, stream, {.from_sequence = 1025}));
//   while (true) {
//     SEEP_ASSIGN_OR_RETURN(bool row, blocks.Next());
//     if (!row) break;
//     ... blocks.block() ...
//   }
//
// Threads: those of `db`, which it borrows. Wants a transaction around it.
// Failure: Next as sqlite/error.h. Damage within a block is not its business:
//          Check says whether the bytes are those that were written.
#ifndef SEEP_STORAGE_STORES_STORED_BLOCKS_H_
#define SEEP_STORAGE_STORES_STORED_BLOCKS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seep/v1/sample.pb.h"
#include "storage/sqlite/database.h"
#include "storage/stores/gauge_store.h"
#include "storage/stores/ids.h"

namespace seep::storage {

// One row of `tail` or `chunk`; `bytes` last until the next Next.
struct StoredBlock {
  enum class Kind { kTail, kChunk };
  Kind kind = Kind::kTail;
  std::uint64_t first_sequence = 0;
  std::uint64_t count = 0;
  std::uint32_t crc32c = 0;
  std::string_view bytes;

  std::uint64_t last_sequence() const { return first_sequence + count - 1; }
};

// What to read of a stream: blocks that overlap all of these.
struct BlockRange {
  std::uint64_t from_sequence = 1;
  std::int64_t from_us = INT64_MIN;
  std::int64_t to_us = INT64_MAX;
};

class StoredBlocks {
 public:
  static absl::StatusOr<StoredBlocks> Open(sqlite::Database& db, StreamNo stream, const BlockRange& range);
  static absl::StatusOr<StoredBlocks> OpenTails(sqlite::Database& db, StreamNo stream);

  absl::StatusOr<bool> Next();  // true: on a block
  const StoredBlock& block() const { return block_; }

 private:
  explicit StoredBlocks(sqlite::Statement select) : select_(std::move(select)) {}

  sqlite::Statement select_;
  StoredBlock block_;
};

// The block's samples with the run's gauge numbers, all or nothing; appended.
// `gauges` are those of the stream. kDataLoss: not the bytes that were written,
// or not the samples that the row speaks of; names the sequences.
absl::Status ReadBlock(const StoredBlock& block, const StreamGauges& gauges, std::vector<v1::Sample>& samples);

// As ReadBlock, and thrown away.
absl::Status CheckBlock(const StoredBlock& block, const StreamGauges& gauges);

// "samples 1025 to 2048"
std::string Describe(const StoredBlock& block);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_STORED_BLOCKS_H_
