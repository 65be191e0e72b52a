// The bytes of stored samples: checksums, and whether they decode to the samples
// that their rows state.
//
// Threads: those of the database; opens a read transaction for some rows at a
//          time. Batches that become chunks meanwhile are seen as one or the other.
// Failure: as sqlite/error.h, kCancelled. What is wrong is a finding.
#ifndef SEEP_STORAGE_UPKEEP_BLOCK_CHECK_H_
#define SEEP_STORAGE_UPKEEP_BLOCK_CHECK_H_

#include "absl/status/status.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep/findings.h"

namespace seep::storage {

// Adds to batches and samples.
absl::Status CheckBlocks(sqlite::Database& db, Findings& findings, v1::CheckResult& result);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_BLOCK_CHECK_H_
