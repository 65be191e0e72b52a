// Whether a store holds what it says it holds. SQLite's own integrity_check does
// not notice that rows are missing (reliability.md, fact 2), so:
//
//   checksum   the CRC of every batch and chunk, and whether it can be read
//   sequence   each stream's samples and gaps follow one another without a hole
//              or a repetition up to `next_sequence`
//   count      samples, lost, expired, artefact sizes: what is there adds up
//   record     runs, verdicts: the columns are what the records say
//   reference  foreign keys
//   page       SQLite's integrity_check of the file
//
// Reads in short transactions, so that the WAL does not grow, but for the last
// two kinds, which read the file in one; `quick` leaves these out. What is
// written meanwhile is no finding: each stream is looked at in one snapshot.
//
// Not covered by a checksum of their own: texts of events and logs.
//
// Threads: those of the database, which is read only.
// Failure: kCancelled; kDataLoss: so damaged that the reading ends (also found).
//          Findings are no failure.
#ifndef SEEP_STORAGE_UPKEEP_STORE_CHECK_H_
#define SEEP_STORAGE_UPKEEP_STORE_CHECK_H_

#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep/findings.h"

namespace seep::storage {

struct CheckOptions {
  bool quick = false;
  std::uint32_t max_findings = 1000;
};

absl::StatusOr<v1::CheckResult> CheckStore(sqlite::Database& db, const CheckOptions& options, UpkeepPorts ports);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_STORE_CHECK_H_
