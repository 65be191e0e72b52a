// What the store takes, and of what.
//
// Threads: those of the database, which is read only. `MeasureStore` reads every
// page once (for the sizes of tables), in a transaction a table; `MeasureSpace`
// reads next to nothing.
// Failure: as sqlite/error.h.
#ifndef SEEP_STORAGE_UPKEEP_STORE_STATS_H_
#define SEEP_STORAGE_UPKEEP_STORE_STATS_H_

#include "absl/status/statusor.h"
#include "seep/v1/store.pb.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

struct StoreSpace {
  std::uint64_t file_bytes = 0;
  std::uint64_t wal_bytes = 0;
  std::uint64_t free_bytes = 0;       // pages of the file that are used again first
  std::uint64_t disk_free_bytes = 0;  // for us, of the file system
  std::uint64_t live_bytes() const { return file_bytes > free_bytes ? file_bytes - free_bytes : 0; }
};

absl::StatusOr<StoreSpace> MeasureSpace(sqlite::Database& db);

// Without `budget` and `backup_directory`, which are the coordinator's.
absl::StatusOr<v1::GetStoreStatsResponse> MeasureStore(sqlite::Database& db);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_STORE_STATS_H_
