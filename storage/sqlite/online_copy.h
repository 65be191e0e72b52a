// A copy of a database that is in use, made in steps.
//
// The copy is of one instant: a read transaction is held from Open to the end, so
// writers go on undisturbed and the copy is never begun again; the WAL grows
// meanwhile by what they write. The result is one file, without a WAL.
//
// Threads: those of `source`, which it borrows; nothing else may use it meanwhile.
// Failure: as error.h; kAlreadyExists: the target is there. An unfinished copy is
//          removed when it leaves the scope.
#ifndef SEEP_STORAGE_SQLITE_ONLINE_COPY_H_
#define SEEP_STORAGE_SQLITE_ONLINE_COPY_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "storage/sqlite/transaction.h"

struct sqlite3_backup;

namespace seep::sqlite {

class OnlineCopy {
 public:
  static absl::StatusOr<std::unique_ptr<OnlineCopy>> Open(Database& source, const std::string& target);
  ~OnlineCopy();

  absl::StatusOr<bool> Step(int pages);  // true: all is copied
  int pages() const;                     // in all; known after the first step
  int pages_left() const;
  absl::Status Finish();                 // on disk, closed

 private:
  OnlineCopy(Database& source, Transaction snapshot, std::string target);

  Database& source_;
  std::optional<Transaction> snapshot_;
  const std::string target_;
  std::unique_ptr<Database> copy_;
  sqlite3_backup* backup_ = nullptr;
  bool finished_ = false;
};

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_ONLINE_COPY_H_
