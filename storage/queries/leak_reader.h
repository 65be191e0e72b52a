// Which series leaked in which runs, and what the same SDKs' other runs said of
// the same series. Reads verdict rows alone.
//
// Threads: those of `db`, which it borrows.
// Bounds:  kMaxLeakSightings and kMaxSightings rows; `truncated` beyond.
#ifndef SEEP_STORAGE_QUERIES_LEAK_READER_H_
#define SEEP_STORAGE_QUERIES_LEAK_READER_H_

#include "absl/status/statusor.h"
#include "storage/across_runs.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

class LeakReader {
 public:
  explicit LeakReader(sqlite::Database& db) : db_(db) {}

  absl::StatusOr<Sightings> Find(const RunFilter& filter);

 private:
  absl::Status FindLeaks(const RunFilter& filter, Sightings& found);
  absl::Status FindOthers(const RunFilter& filter, Sightings& found);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_LEAK_READER_H_
