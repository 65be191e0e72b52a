// All or nothing: rolls back when it leaves the scope unless committed.
//
// Threads: those of the database. Borrows it. Savepoints nest in a transaction.
// Failure: Begin: kUnavailable when another writer holds the file too long.
//          Commit: as error.h; after a failure nothing of it is stored.
#ifndef SEEP_STORAGE_SQLITE_TRANSACTION_H_
#define SEEP_STORAGE_SQLITE_TRANSACTION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace seep::sqlite {

class Transaction {
 public:
  enum class Kind { kRead, kWrite };
  static absl::StatusOr<Transaction> Begin(Database& db, Kind kind);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  absl::Status Commit();

 private:
  explicit Transaction(Database* db) : db_(db) {}
  Database* db_;  // null: over
};

class Savepoint {
 public:
  static absl::StatusOr<Savepoint> Begin(Database& db);
  ~Savepoint();
  Savepoint(Savepoint&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;

  absl::Status Release();

 private:
  explicit Savepoint(Database* db) : db_(db) {}
  Database* db_;
};

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_TRANSACTION_H_
