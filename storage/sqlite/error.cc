#include "storage/sqlite/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace seep::sqlite {
namespace {

bool IsNoSpace(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

// What the file that failed last says of its own: the connection's errno has been
// overwritten by the tidying-up when the WAL could not be written.
int FileError(sqlite3* db) {
  int error = 0;
  sqlite3_file* journal = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal) == SQLITE_OK &&
      journal != nullptr && journal->pMethods != nullptr) {
    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &error);
  }
  if (error == 0) sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

absl::StatusCode CodeOf(int extended, int system_error) {
  switch (extended & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_CANTOPEN:
      if (IsNoSpace(system_error)) return absl::StatusCode::kResourceExhausted;
      if (system_error == ENOENT) return absl::StatusCode::kNotFound;
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_IOERR:
      if (extended == SQLITE_IOERR_NOMEM) return absl::StatusCode::kResourceExhausted;
      // The file system reports a full disk of a memory-mapped WAL index or a
      // limit on the file's size as a plain I/O error.
      return IsNoSpace(system_error) ? absl::StatusCode::kResourceExhausted
                                     : absl::StatusCode::kInternal;
    case SQLITE_CONSTRAINT:
      return extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY
                 ? absl::StatusCode::kAlreadyExists
                 : absl::StatusCode::kFailedPrecondition;
    case SQLITE_INTERRUPT:
      return absl::StatusCode::kDeadlineExceeded;
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status ErrorStatus(sqlite3* db, int result, const std::string& doing) {
  int extended = result;
  int system_error = 0;
  std::string message = sqlite3_errstr(result);
  if (db != nullptr && (sqlite3_errcode(db) & 0xff) == (result & 0xff)) {
    extended = sqlite3_extended_errcode(db);
    system_error = sqlite3_system_errno(db);
    message = sqlite3_errmsg(db);
    if ((extended & 0xff) == SQLITE_IOERR && system_error == 0) system_error = FileError(db);
  }
  const bool about_a_file =
      (extended & 0xff) == SQLITE_IOERR || (extended & 0xff) == SQLITE_CANTOPEN || (extended & 0xff) == SQLITE_FULL;
  if (about_a_file && system_error != 0) absl::StrAppend(&message, " (", std::strerror(system_error), ")");
  return absl::Status(CodeOf(extended, system_error), absl::StrCat(doing, ": ", message));
}

}  // namespace seep::sqlite
