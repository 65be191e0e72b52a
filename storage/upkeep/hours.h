// Gathers a run's minutes into hours, one hour at a time.
//
// Threads: those of the database, inside a transaction of the caller.
// Failure: as sqlite/error.h.
#ifndef SEEP_STORAGE_UPKEEP_HOURS_H_
#define SEEP_STORAGE_UPKEEP_HOURS_H_

#include "absl/status/statusor.h"
#include "storage/stores/ids.h"

namespace seep::storage {

// The oldest hour that is still in minutes becomes rows of sample_hour, and its
// minutes leave. How many left; 0: there are none any more. What an earlier,
// late-come part of that hour has already made is added to.
absl::StatusOr<std::int64_t> GatherOldestHour(sqlite::Database& db, RunNo run);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_HOURS_H_
