// One run's records: what is kept as a message says the same as the columns
// beside it, and its artefacts are whole.
//
// Threads: those of the database; opens a read transaction.
// Failure: as sqlite/error.h. What is wrong is a finding.
#ifndef SEEP_STORAGE_UPKEEP_RECORD_CHECK_H_
#define SEEP_STORAGE_UPKEEP_RECORD_CHECK_H_

#include "absl/status/status.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep/findings.h"

namespace seep::storage {

absl::Status CheckRecordsOfRun(sqlite::Database& db, std::int64_t run_no, Findings& findings);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_RECORD_CHECK_H_
