// Which rows hang on a run, read from the schema itself: every table that
// refers to `run`, or to a table that does, deepest first. A table that a later
// migration adds is covered without a word here.
//
// Threads: those of the database while it is made; then plain data.
// Failure: as sqlite/error.h; kInternal for references that it cannot follow.
#ifndef SEEP_STORAGE_UPKEEP_DELETION_PLAN_H_
#define SEEP_STORAGE_UPKEEP_DELETION_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

struct DoomedRows {
  std::string table;
  std::string sql;           // deletes at most ?2 of the rows of run number ?1
  bool blobs = false;        // its rows may be large
  bool raw_samples = false;  // `sql` answers the number of samples of each row
};

absl::StatusOr<std::vector<DoomedRows>> PlanDeletion(sqlite::Database& db);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_DELETION_PLAN_H_
