// The sequence and the counts of one run's streams, without opening a block.
//
// Threads: those of the database; opens a read transaction a run.
// Failure: as sqlite/error.h. What is wrong is a finding.
#ifndef SEEP_STORAGE_UPKEEP_STREAM_CHECK_H_
#define SEEP_STORAGE_UPKEEP_STREAM_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep/findings.h"

namespace seep::storage {

// Adds to streams, gaps, samples_lost and samples_expired.
absl::Status CheckStreamsOfRun(sqlite::Database& db, std::int64_t run_no, Findings& findings, v1::CheckResult& result);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_STREAM_CHECK_H_
