#include "storage/sqlite/transaction.h"

#include "common/status/status_macros.h"

namespace seep::sqlite {
namespace {

absl::Status RunConstant(Database& db, const char* sql) {
  SEEP_ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
  return statement.Run();
}

}  // namespace

absl::StatusOr<Transaction> Transaction::Begin(Database& db, Kind kind) {
  SEEP_RETURN_IF_ERROR(RunConstant(db, kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(&db);
}

Transaction::~Transaction() {
  // SQLite itself rolls back on a full disk; then there is nothing left to do.
  if (db_ != nullptr && db_->in_transaction()) (void)RunConstant(*db_, "ROLLBACK");
}

absl::Status Transaction::Commit() {
  SEEP_RETURN_IF_ERROR(RunConstant(*db_, "COMMIT"));
  db_ = nullptr;
  return absl::OkStatus();
}

absl::StatusOr<Savepoint> Savepoint::Begin(Database& db) {
  SEEP_RETURN_IF_ERROR(RunConstant(db, "SAVEPOINT item"));
  return Savepoint(&db);
}

Savepoint::~Savepoint() {
  if (db_ == nullptr || !db_->in_transaction()) return;
  (void)RunConstant(*db_, "ROLLBACK TO item");
  (void)RunConstant(*db_, "RELEASE item");
}

absl::Status Savepoint::Release() {
  SEEP_RETURN_IF_ERROR(RunConstant(*db_, "RELEASE item"));
  db_ = nullptr;
  return absl::OkStatus();
}

}  // namespace seep::sqlite
