// Reads a run's samples back, in bounded pages, from tails and chunks alike.
//
// Every sequence of a stream is in a block or in a gap row; what is neither, or
// damaged, ends the reading: nobody judges a run as if it were whole (R15). A
// run whose samples have expired is read as far as it goes, and says so.
//
// Threads: those of `db`, which it borrows. Wants a read transaction around it.
// Failure: kNotFound; kDataLoss naming the run, the agent and the samples.
#ifndef SEEP_STORAGE_QUERIES_SAMPLE_READER_H_
#define SEEP_STORAGE_QUERIES_SAMPLE_READER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/sqlite/database.h"
#include "storage/stores/stored_blocks.h"
#include "storage/stores/stream_store.h"

namespace seep::storage {

class SampleReader {
 public:
  explicit SampleReader(sqlite::Database& db) : db_(db) {}

  // At most `limit` samples (0: 1,000; capped at 10,000) and, beyond the first
  // block, about 4 MiB.
  absl::StatusOr<SamplePage> Read(const std::string& run_id, SampleCursor from, std::uint32_t limit);

 private:
  // Continues in one stream; false when the page is full.
  absl::StatusOr<bool> ReadStream(const StreamRow& stream, std::uint64_t after, SamplePage& page);
  absl::StatusOr<bool> IsExpired(RunNo run);
  bool Take(std::vector<v1::Sample>& samples, SamplePage& page);
  // kDataLoss unless gap rows, or retention, account for all of [from, to].
  absl::Status CheckHole(StreamNo stream, std::uint64_t from, std::uint64_t to);

  sqlite::Database& db_;
  std::size_t limit_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_SAMPLE_READER_H_
