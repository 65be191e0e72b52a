// Pinned runs: their data never expires, and nobody removes them by accident.
//
// Threads: those of the database; inside a transaction of the caller.
// Failure: kNotFound; kFailedPrecondition: its data is leaving already;
//          kInvalidArgument: the note is too long.
#ifndef SEEP_STORAGE_UPKEEP_PINS_H_
#define SEEP_STORAGE_UPKEEP_PINS_H_

#include <string>

#include "absl/status/status.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

inline constexpr std::size_t kMaxPinNote = 256;

// Pinning again replaces the note.
absl::Status Pin(sqlite::Database& db, const std::string& run_id, const std::string& note, std::int64_t wall_us);
// Of a run that is not pinned: nothing.
absl::Status Unpin(sqlite::Database& db, const std::string& run_id);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_PINS_H_
