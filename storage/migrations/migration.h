// Brings a database to the schema of this program, step by step.
//
// A step is one transaction that also sets `user_version`, so a kill at any
// point leaves either the old or the new version, and the next start goes on
// from there (R12). Before the first step on a database that holds something a
// copy is made beside it: NAME.v<old version>-backup.
//
// A released step is never edited: a change is a new step at the end.
//
// Threads: one at a time, before anything else uses the database.
// Failure: kFailedPrecondition: the database is newer than this program (both
//          versions named), or another program's; kResourceExhausted: no room
//          for the backup; else as sqlite/error.h. The database stays as it was.
#ifndef SEEP_STORAGE_MIGRATIONS_MIGRATION_H_
#define SEEP_STORAGE_MIGRATIONS_MIGRATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

struct Migration {
  const char* name;
  const char* sql;  // several statements; no transaction control
};

// Index 0 makes version 1 of an empty database.
const std::vector<Migration>& Migrations();

inline constexpr int kApplicationId = 0x53454550;  // "SEEP"

struct MigrationResult {
  int from_version = 0;
  int to_version = 0;
  std::string backup;  // path; empty: none was needed
};

// The list is a parameter so that tests can bring one of their own. `views` is
// run after the last step whenever there was one.
absl::StatusOr<MigrationResult> Migrate(sqlite::Database& db, const std::vector<Migration>& migrations,
                                        const char* views);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_MIGRATION_H_
