// One connection to one database file.
//
// Threads: one at a time; may be handed from one to another.
// Owns:    the connection and its prepared statements. Statements and
//          transactions borrow it and must go first.
// Failure: as error.h says; messages name the file.
#ifndef SEEP_STORAGE_SQLITE_DATABASE_H_
#define SEEP_STORAGE_SQLITE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/sqlite/statement.h"

struct sqlite3;

namespace seep::sqlite {

enum class Access {
  kReadWrite,  // makes the file; WAL, synchronous=FULL
  kReadOnly,   // the file must exist; can change nothing, whatever the SQL
  kPlainFile,  // exists, and stays one file: as it comes, without WAL
};

class Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // One or more statements without parameters; rows are discarded.
  absl::Status Execute(const std::string& sql);
  // Compiled once and kept: `sql` is one statement, always a constant of the
  // program (there is no eviction).
  absl::StatusOr<Statement> Prepare(const std::string& sql);
  // Compiled anew and let go: for one of a great many texts.
  absl::StatusOr<Statement> PrepareOnce(const std::string& sql);
  // The single integer that `sql` yields; kNotFound without a row.
  absl::StatusOr<std::int64_t> QueryInteger(const std::string& sql);

  std::int64_t last_insert_rowid() const;
  int changes() const;          // rows touched by the last statement
  bool in_transaction() const;
  // Ends what runs on it with kDeadlineExceeded. From any thread, while it lives.
  void Interrupt();
  const std::string& path() const { return path_; }
  sqlite3* connection() const { return connection_; }  // for this folder only

 private:
  Database(sqlite3* connection, std::string path);

  sqlite3* connection_;
  const std::string path_;
  StatementCache statements_;
};

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_DATABASE_H_
