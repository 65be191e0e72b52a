// A prepared statement on loan from its database: reset, with its parameters
// cleared, when it leaves the scope, so that no read transaction is held open
// by accident (a held one makes the WAL grow without end).
//
//   SEEP_ASSIGN_OR_RETURN(Statement select, db.Prepare("SELECT a FROM t WHERE b = ?"));
//   select.BindAll(run_no);
//   SEEP_ASSIGN_OR_RETURN(bool found, select.Step());
//
// Threads: those of the database. Borrows it.
// Failure: Step and Run; an error in binding is kept and reported by them.
#ifndef SEEP_STORAGE_SQLITE_STATEMENT_H_
#define SEEP_STORAGE_SQLITE_STATEMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace seep::sqlite {

struct CachedStatement {
  sqlite3_stmt* statement = nullptr;
  bool lent = false;
};

class Statement {
 public:
  // From Database::Prepare. `home` null: finalized instead of returned.
  Statement(sqlite3* connection, sqlite3_stmt* statement, CachedStatement* home);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  // Parameters count from 1. Text and blobs are copied.
  void BindInteger(int index, std::int64_t value);
  void BindReal(int index, double value);  // NaN becomes NULL, as SQLite has none
  void BindText(int index, std::string_view value);
  void BindBlob(int index, std::string_view value);
  void BindNull(int index);
  // Binds from 1: integers, enums and bools as integers, floats as reals,
  // string-likes as text. Use BindBlob for bytes.
  template <typename... Values>
  void BindAll(const Values&... values) {
    int index = 0;
    (BindOne(++index, values), ...);
  }

  absl::StatusOr<bool> Step();  // true: a row
  absl::Status Run();           // to the end, discarding rows
  void Reset();                 // to be bound and run again

  bool empty() const { return statement_ == nullptr; }  // only a sandbox compiles such
  bool read_only() const;

  // Of the present row, columns from 0. Views last until the next Step.
  int column_count() const;
  std::string column_name(int column) const;
  enum class Type { kNull, kInteger, kReal, kText, kBlob };
  Type type(int column) const;
  bool IsNull(int column) const { return type(column) == Type::kNull; }
  std::int64_t Integer(int column) const;
  double Real(int column) const;
  std::string Text(int column) const;
  std::string_view Blob(int column) const;

 private:
  template <typename Value>
  void BindOne(int index, const Value& value) {
    if constexpr (std::is_floating_point_v<Value>) {
      BindReal(index, value);
    } else if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>) {
      BindInteger(index, static_cast<std::int64_t>(value));
    } else {
      BindText(index, std::string_view(value));
    }
  }
  void Keep(int result);

  sqlite3* connection_;
  sqlite3_stmt* statement_;
  CachedStatement* home_;
  int bind_error_ = 0;
};

// Threads: those of the database.
class StatementCache {
 public:
  explicit StatementCache(sqlite3* connection) : connection_(connection) {}
  absl::StatusOr<Statement> Take(const std::string& sql);
  void Clear();  // none may be lent

 private:
  sqlite3* connection_;
  absl::node_hash_map<std::string, CachedStatement> statements_;
};

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_STATEMENT_H_
