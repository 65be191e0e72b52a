// SQLite's result codes as statuses that tell the caller what to do.
//
//   kResourceExhausted  disk full, quota, file size limit, out of memory: retry later
//   kDataLoss           damaged, or not a database: a human must act
//   kUnavailable        locked by another connection: retry
//   kPermissionDenied   read-only file or directory; forbidden by the sandbox
//   kAlreadyExists, kFailedPrecondition   a unique or another constraint
//   kDeadlineExceeded   interrupted
//   kInvalidArgument    the SQL, or a value too big
//   kInternal           input/output error, misuse
#ifndef SEEP_STORAGE_SQLITE_ERROR_H_
#define SEEP_STORAGE_SQLITE_ERROR_H_

#include <string>

#include "absl/status/status.h"

struct sqlite3;

namespace seep::sqlite {

// The last error of `db` (may be null), which answered `result`.
absl::Status ErrorStatus(sqlite3* db, int result, const std::string& doing);

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_ERROR_H_
