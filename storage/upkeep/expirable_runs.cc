#include "storage/upkeep/expirable_runs.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

// An imported run may be older than its creation here; a cancelled one never began.
#define SEEP_ENDED "max(r.ended_wall_us, r.created_wall_us)"

constexpr char kSelect[] =
    "SELECT r.run_no, r.run_id, " SEEP_ENDED ", ifnull(e.keeps, 1),"
    " e.keeps IS NOT NULL AND EXISTS (SELECT 1 FROM stream s JOIN tail USING (stream_no) WHERE s.run_no = r.run_no)"
    " FROM run r LEFT JOIN run_expiry e USING (run_no)"
    " WHERE r.state IN (6, 7, 8) AND NOT EXISTS (SELECT 1 FROM run_pin p WHERE p.run_no = r.run_no)"
    " AND ifnull(e.under_way, 0) = 0";

// kSelect, and without baselines where there are such.
absl::StatusOr<std::string> Select(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const bool baselines, HasBaselines(db));
  return absl::StrCat(kSelect, baselines ? " AND NOT EXISTS (SELECT 1 FROM baseline b WHERE b.run_no = r.run_no)" : "");
}

absl::Status LoadLabels(sqlite::Database& db, ExpirableRun& run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare("SELECT name, value FROM run_label WHERE run_no = ?"));
  select.BindAll(run.number);
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    run.labels[select.Text(0)] = select.Text(1);
  }
}

absl::StatusOr<std::vector<ExpirableRun>> ReadAll(sqlite::Database& db, sqlite::Statement& select) {
  std::vector<ExpirableRun> runs;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) break;
    runs.push_back({select.Integer(0), select.Text(1), select.Integer(2), static_cast<v1::SampleTier>(select.Integer(3)),
                    select.Integer(4) != 0, {}});
  }
  for (ExpirableRun& run : runs) SEEP_RETURN_IF_ERROR(LoadLabels(db, run));
  return runs;
}

}  // namespace

absl::StatusOr<bool> HasBaselines(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t tables,
                        db.QueryInteger("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'baseline'"));
  return tables > 0;
}

absl::StatusOr<std::vector<ExpirableRun>> ListExpirable(sqlite::Database& db, std::int64_t ended_before_wall_us,
                                                        std::int64_t after, int limit) {
  SEEP_ASSIGN_OR_RETURN(const std::string sql, Select(db));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare(absl::StrCat(sql, " AND r.run_no > ?1 AND " SEEP_ENDED " < ?2 ORDER BY r.run_no LIMIT ?3")));
  select.BindAll(after, ended_before_wall_us, limit);
  return ReadAll(db, select);
}

absl::StatusOr<std::vector<ExpirableRun>> ListOldest(sqlite::Database& db, v1::SampleTier keeps, int limit) {
  SEEP_ASSIGN_OR_RETURN(const std::string sql, Select(db));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare(absl::StrCat(sql, " AND ifnull(e.keeps, 1) < ?1 ORDER BY r.ended_wall_us, r.run_no LIMIT ?2")));
  select.BindAll(keeps, limit);
  return ReadAll(db, select);
}

}  // namespace seep::storage
