// Whether a database's WAL holds transactions that SQLite will not see.
//
// SQLite reads a WAL up to the first frame whose checksum fails, and takes that
// for its end: after one flipped bit all later transactions are gone, without
// an error and with `integrity_check` content (reliability.md, fact 2). A crash
// also leaves a bad frame at the end, of a transaction that was never committed.
// When frames of the same WAL follow that still agree with each other, or the
// transaction has its last frame, it is damage, or in the latter case a crash
// between two writes of that very frame.
//
// Threads: before the database is opened.
// Failure: as common/os/files.h. Format: sqlite.org/fileformat2.html#walformat.
#ifndef SEEP_STORAGE_SQLITE_WAL_CHECK_H_
#define SEEP_STORAGE_SQLITE_WAL_CHECK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace seep::sqlite {

struct WalDamage {
  std::uint64_t frame = 0;  // the first bad one, from 1; 0: there is none
  std::uint64_t commits_lost = 0;  // transactions that end at or behind it, at least
};

// Of the WAL beside `database`; one that is not there is sound.
absl::StatusOr<WalDamage> CheckWal(const std::string& database);

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_WAL_CHECK_H_
