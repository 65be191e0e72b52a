#include "storage/sqlite/database.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/error.h"

namespace seep::sqlite {
namespace {

// Longer than any commit of ours; what waits longer than this is stuck.
constexpr int kBusyTimeoutMs = 5000;

constexpr char kCommonPragmas[] =
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA trusted_schema=OFF;"
    // Debian's SQLite overwrites what is deleted: expiry would write it all once more.
    "PRAGMA secure_delete=FAST;";
constexpr char kWriterPragmas[] =
    // A block of samples is some 2 KB: of a 4 KiB page each would waste half. Has
    // an effect only on a new file, and only before WAL.
    "PRAGMA page_size=8192;"
    // So that expired data can give its space back bit by bit. As page_size.
    "PRAGMA auto_vacuum=INCREMENTAL;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    // Tails are read once more when they become chunks: mostly from here.
    "PRAGMA cache_size=-16384;"
    // A reader that lingered may have let the WAL grow: give the space back.
    "PRAGMA journal_size_limit=67108864;";

}  // namespace

Database::Database(sqlite3* connection, std::string path)
    : connection_(connection), path_(std::move(path)), statements_(connection) {}

Database::~Database() {
  statements_.Clear();
  sqlite3_close_v2(connection_);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path, Access access) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (access == Access::kReadWrite   ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                     : access == Access::kPlainFile ? SQLITE_OPEN_READWRITE
                                                    : SQLITE_OPEN_READONLY);
  sqlite3* connection = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  auto database = std::unique_ptr<Database>(new Database(connection, path));
  if (result != SQLITE_OK) return ErrorStatus(connection, result, absl::StrCat("open ", path));
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  SEEP_RETURN_IF_ERROR(Annotate(database->Execute(kCommonPragmas), absl::StrCat("open ", path)));
  if (access == Access::kReadWrite) {
    SEEP_RETURN_IF_ERROR(Annotate(database->Execute(kWriterPragmas), absl::StrCat("open ", path)));
  }
  return database;
}

absl::Status Database::Execute(const std::string& sql) {
  const int result = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result == SQLITE_OK) return absl::OkStatus();
  constexpr std::size_t kShown = 80;
  return ErrorStatus(connection_, result, sql.substr(0, kShown));
}

absl::StatusOr<Statement> Database::Prepare(const std::string& sql) { return statements_.Take(sql); }

absl::StatusOr<Statement> Database::PrepareOnce(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(connection_, sql.c_str(), static_cast<int>(sql.size()), 0, &statement, nullptr);
  if (result != SQLITE_OK) return ErrorStatus(connection_, result, sql);
  return Statement(connection_, statement, nullptr);
}

absl::StatusOr<std::int64_t> Database::QueryInteger(const std::string& sql) {
  SEEP_ASSIGN_OR_RETURN(Statement select, Prepare(sql));
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return absl::NotFoundError(absl::StrCat("no row: ", sql));
  return select.Integer(0);
}

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(connection_); }
int Database::changes() const { return sqlite3_changes(connection_); }
void Database::Interrupt() { sqlite3_interrupt(connection_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

}  // namespace seep::sqlite
