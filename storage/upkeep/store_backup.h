// A copy of the store while it is in use, checked before it gets its name.
//
// Threads: one of its own; `db` is a reading connection that nothing else uses.
// Failure: kInvalidArgument: the name; kAlreadyExists: nothing is overwritten;
//          kResourceExhausted: no room; kDataLoss: the copy did not pass its
//          check (findings say why) and was removed; kCancelled. In each case no
//          file is left behind, but by kill -9 a NAME.partial that the next
//          backup of that name replaces.
#ifndef SEEP_STORAGE_UPKEEP_STORE_BACKUP_H_
#define SEEP_STORAGE_UPKEEP_STORE_BACKUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"
#include "storage/upkeep/findings.h"

namespace seep::storage {

// One path component of letters, digits, '.', '_', '-', at most 128, not
// beginning with a dot: what may come over the network.
absl::Status CheckBackupName(const std::string& name);

absl::StatusOr<v1::BackUpResult> BackUpStore(sqlite::Database& db, const std::string& directory,
                                             const std::string& name, UpkeepPorts ports);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_STORE_BACKUP_H_
