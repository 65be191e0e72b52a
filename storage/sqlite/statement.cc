#include "storage/sqlite/statement.h"

#include <sqlite3.h>

#include "common/status/check.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/error.h"

namespace seep::sqlite {

Statement::Statement(sqlite3* connection, sqlite3_stmt* statement, CachedStatement* home)
    : connection_(connection), statement_(statement), home_(home) {
  if (home_ != nullptr) home_->lent = true;
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      home_(std::exchange(other.home_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (home_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  home_->lent = false;
}

void Statement::Keep(int result) {
  if (result != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = result;
}

void Statement::BindInteger(int index, std::int64_t value) {
  Keep(sqlite3_bind_int64(statement_, index, value));
}
void Statement::BindReal(int index, double value) {
  Keep(sqlite3_bind_double(statement_, index, value));
}
void Statement::BindText(int index, std::string_view value) {
  // A null pointer would bind NULL, not the empty text.
  const char* data = value.data() == nullptr ? "" : value.data();
  Keep(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}
void Statement::BindBlob(int index, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  Keep(sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_TRANSIENT));
}
void Statement::BindNull(int index) { Keep(sqlite3_bind_null(statement_, index)); }

absl::StatusOr<bool> Statement::Step() {
  if (bind_error_ != SQLITE_OK) return ErrorStatus(nullptr, bind_error_, sqlite3_sql(statement_));
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return ErrorStatus(connection_, result, sqlite3_sql(statement_));
}

absl::Status Statement::Run() {
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bind_error_ = SQLITE_OK;
}

bool Statement::read_only() const { return sqlite3_stmt_readonly(statement_) != 0; }
int Statement::column_count() const { return sqlite3_column_count(statement_); }
std::string Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name == nullptr ? std::string() : std::string(name);
}
Statement::Type Statement::type(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: return Type::kInteger;
    case SQLITE_FLOAT: return Type::kReal;
    case SQLITE_TEXT: return Type::kText;
    case SQLITE_BLOB: return Type::kBlob;
    default: return Type::kNull;
  }
}
std::int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::Real(int column) const { return sqlite3_column_double(statement_, column); }
std::string Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}
std::string_view Statement::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

absl::StatusOr<Statement> StatementCache::Take(const std::string& sql) {
  CachedStatement& cached = statements_[sql];
  if (cached.statement != nullptr && !cached.lent) {
    return Statement(connection_, cached.statement, &cached);
  }
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int result = sqlite3_prepare_v3(connection_, sql.c_str(), static_cast<int>(sql.size()) + 1,
                                        SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  if (result != SQLITE_OK) return ErrorStatus(connection_, result, sql);
  SEEP_CHECK(statement != nullptr) << "no statement in: " << sql;
  // Lent already (a recursion): this one lives only as long as its user.
  if (cached.statement != nullptr) return Statement(connection_, statement, nullptr);
  cached.statement = statement;
  return Statement(connection_, statement, &cached);
}

void StatementCache::Clear() {
  for (auto& [sql, cached] : statements_) {
    SEEP_CHECK(!cached.lent) << "still in use: " << sql;
    sqlite3_finalize(cached.statement);
  }
  statements_.clear();
}

}  // namespace seep::sqlite
