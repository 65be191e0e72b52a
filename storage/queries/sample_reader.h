// Reads a run's samples back, in bounded pages.
//
// Threads: those of `db`, which it borrows. Wants a read transaction around it.
// Failure: kNotFound; kDataLoss: a stored block fits its checksum no more.
#ifndef SEEP_STORAGE_QUERIES_SAMPLE_READER_H_
#define SEEP_STORAGE_QUERIES_SAMPLE_READER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/sqlite/database.h"
#include "storage/stores/gauge_store.h"

namespace seep::storage {

class SampleReader {
 public:
  explicit SampleReader(sqlite::Database& db) : db_(db) {}

  // At most `limit` samples (0: 1,000; capped at 10,000) and, beyond the first
  // block, about 4 MiB.
  absl::StatusOr<SamplePage> Read(const std::string& run_id, SampleCursor from, std::uint32_t limit);

 private:
  // Continues in one stream; false when the page is full.
  absl::StatusOr<bool> ReadStream(std::int64_t stream, std::uint64_t after, SamplePage& page);

  sqlite::Database& db_;
  std::size_t limit_ = 0;
  std::size_t bytes_ = 0;
};

// The stored bytes of one `tail` row, checked and decoded.
absl::Status OpenStoredBlock(std::string_view bytes, std::uint32_t crc32c, v1::SampleBlock& block);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_SAMPLE_READER_H_
