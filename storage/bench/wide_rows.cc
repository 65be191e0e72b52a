#include "storage/bench/wide_rows.h"

#include <sqlite3.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "storage/bench/line_aggregate.h"

namespace seep::storage::bench {

WideRows::WideRows(const std::string& path) : path_(path) {
  SEEP_CHECK(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK) << path;
  Execute("PRAGMA journal_mode=WAL");
  Execute("PRAGMA synchronous=FULL");
  std::string columns, marks;
  for (std::size_t i = 0; i < testing::kSoakGauges; ++i) {
    absl::StrAppend(&columns, ", g", i, " REAL");
    absl::StrAppend(&marks, ", ?");
  }
  Execute(absl::StrCat("CREATE TABLE wide (run INTEGER, t_us INTEGER, wall_us INTEGER, generation INTEGER, phase INTEGER", columns,
                       ", PRIMARY KEY (run, t_us)) WITHOUT ROWID"));
  insert_ = Prepare(absl::StrCat("INSERT INTO wide VALUES (?, ?, ?, 1, 2", marks, ")"));
  RegisterSlope(connection_);
}

WideRows::~WideRows() {
  sqlite3_finalize(insert_);
  sqlite3_close(connection_);
}

void WideRows::Execute(const std::string& sql) {
  SEEP_CHECK(sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) << sql << ": " << sqlite3_errmsg(connection_);
}

sqlite3_stmt* WideRows::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  SEEP_CHECK(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) << sqlite3_errmsg(connection_);
  return statement;
}

void WideRows::Begin() { Execute("BEGIN IMMEDIATE"); }
void WideRows::Commit() { Execute("COMMIT"); }

void WideRows::Add(int run, const testing::SoakFigures& figures) {
  sqlite3_bind_int(insert_, 1, run);
  sqlite3_bind_int64(insert_, 2, figures.monotonic_us);
  sqlite3_bind_int64(insert_, 3, figures.wall_us);
  int index = 4;
  for (const double value : figures.values) sqlite3_bind_double(insert_, index++, value);
  SEEP_CHECK(sqlite3_step(insert_) == SQLITE_DONE) << sqlite3_errmsg(connection_);
  sqlite3_reset(insert_);
  ++rows_;
}

double WideRows::PackedBytesPerRow() {
  Execute("VACUUM");
  Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return static_cast<double>(std::filesystem::file_size(path_)) / static_cast<double>(rows_);
}

RunLines WideRows::Ask(int runs) {
  sqlite3_stmt* const select =
      Prepare(absl::StrCat("SELECT min(g", kAskedGauge, "), max(g", kAskedGauge, "), slope(t_us * 1e-6, g", kAskedGauge, ") FROM wide WHERE run = ?"));
  RunLines lines;
  for (int run = 0; run < runs; ++run) {
    sqlite3_bind_int(select, 1, run);
    SEEP_CHECK(sqlite3_step(select) == SQLITE_ROW) << sqlite3_errmsg(connection_);
    lines.push_back({sqlite3_column_double(select, 0), sqlite3_column_double(select, 1), sqlite3_column_double(select, 2)});
    sqlite3_reset(select);
  }
  sqlite3_finalize(select);
  return lines;
}

}  // namespace seep::storage::bench
