#include "storage/upkeep/store_stats.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

std::uint64_t SizeOf(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

// The operator's word for what a table or an index holds.
std::string KindOf(const std::string& table) {
  static const auto* const kinds = new std::map<std::string, std::string>{
      {"tail", "tails"}, {"chunk", "chunks"}, {"chunk_summary", "chunk summaries"}, {"sample_rollup", "minutes"},
      {"sample_hour", "hours"}, {"log", "logs"}, {"log_source", "logs"}, {"artefact", "artefacts"},
      {"artefact_piece", "artefacts"}, {"event", "events"}, {"transition", "events"}, {"fault", "faults"},
      {"run", "runs"}, {"campaign", "runs"}, {"run_label", "runs"}, {"verdict", "verdicts"}, {"series_verdict", "verdicts"},
      {"operation_figure", "verdicts"}, {"operation_error", "verdicts"}, {"threshold", "verdicts"}, {"residual", "verdicts"}};
  const auto found = kinds->find(table);
  return found == kinds->end() ? "other" : found->second;
}

struct Size {
  std::uint64_t bytes = 0, rows = 0;
};

absl::Status AddTable(sqlite::Database& db, const std::string& object, const std::string& table, bool is_table,
                      std::map<std::string, Size>& kinds) {
  Size& kind = kinds[KindOf(table)];
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement pages, db.Prepare("SELECT pgsize FROM dbstat WHERE name = ? AND aggregate = TRUE"));
  pages.BindAll(object);
  SEEP_ASSIGN_OR_RETURN(const bool row, pages.Step());
  if (row) kind.bytes += static_cast<std::uint64_t>(pages.Integer(0));
  if (!is_table || KindOf(table) == "other") return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(const std::int64_t rows, db.QueryInteger(absl::StrCat("SELECT count(*) FROM ", table)));
  kind.rows += static_cast<std::uint64_t>(rows);
  return absl::OkStatus();
}

absl::Status MeasureKinds(sqlite::Database& db, v1::GetStoreStatsResponse& stats) {
  struct Object {
    std::string name, table;
    bool is_table = false;
  };
  std::vector<Object> objects;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db.Prepare("SELECT name, tbl_name, type = 'table' FROM sqlite_schema WHERE rootpage > 0"));
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (!row) break;
      objects.push_back({select.Text(0), select.Text(1), select.Integer(2) != 0});
    }
  }
  std::map<std::string, Size> kinds;
  for (const Object& object : objects) {
    SEEP_RETURN_IF_ERROR(AddTable(db, object.name, object.table, object.is_table, kinds));
  }
  for (const auto& [name, size] : kinds) {
    v1::StoreKind& kind = *stats.add_kinds();
    kind.set_name(name);
    kind.set_bytes(size.bytes);
    kind.set_rows(size.rows);
  }
  std::sort(stats.mutable_kinds()->begin(), stats.mutable_kinds()->end(),
            [](const v1::StoreKind& a, const v1::StoreKind& b) { return a.bytes() > b.bytes(); });
  return absl::OkStatus();
}

// Values are not counted anywhere: samples times the gauges of their run, which
// is right as far as each sample has every gauge.
constexpr char kCounts[] =
    "SELECT (SELECT count(*) FROM campaign), count(*), ifnull(sum(state NOT IN (6, 7, 8)), 0),"
    " (SELECT count(*) FROM run_pin), ifnull(min(created_wall_us), 0), ifnull(max(created_wall_us), 0),"
    " (SELECT ifnull(sum(samples), 0) FROM run_expiry), (SELECT count(*) FROM run_expiry),"
    " (SELECT ifnull(sum(samples), 0) FROM stream),"
    " (SELECT ifnull(sum((samples - ifnull((SELECT e.samples FROM run_expiry e WHERE e.run_no = s.run_no), 0)) *"
    "   (SELECT count(*) FROM gauge g WHERE g.run_no = s.run_no)), 0)"
    "  FROM (SELECT run_no, sum(samples) AS samples FROM stream GROUP BY run_no) s)"
    " FROM run";

absl::Status MeasureCounts(sqlite::Database& db, v1::GetStoreStatsResponse& stats) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(kCounts));
  SEEP_RETURN_IF_ERROR(select.Step().status());
  const auto at = [&](int column) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, select.Integer(column))); };
  stats.set_campaigns(at(0));
  stats.set_runs(at(1));
  stats.set_open_runs(at(2));
  stats.set_pinned_runs(at(3));
  stats.set_oldest_run_wall_us(select.Integer(4));
  stats.set_newest_run_wall_us(select.Integer(5));
  stats.set_samples_expired(at(6));
  stats.set_runs_expired(at(7));
  stats.set_samples(at(8) - std::min(at(6), at(8)));
  stats.set_values(at(9));
  std::uint64_t bytes = 0;
  for (const v1::StoreKind& kind : stats.kinds()) {
    if (kind.name() == "tails" || kind.name() == "chunks") bytes += kind.bytes();
  }
  if (stats.values() > 0) stats.set_bytes_per_value(static_cast<double>(bytes) / static_cast<double>(stats.values()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoreSpace> MeasureSpace(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t page, db.QueryInteger("PRAGMA page_size"));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t pages, db.QueryInteger("PRAGMA page_count"));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t free_pages, db.QueryInteger("PRAGMA freelist_count"));
  StoreSpace space;
  space.file_bytes = static_cast<std::uint64_t>(page * pages);
  space.free_bytes = static_cast<std::uint64_t>(page * free_pages);
  space.wal_bytes = SizeOf(absl::StrCat(db.path(), "-wal"));
  struct statvfs disk {};
  if (statvfs(db.path().c_str(), &disk) != 0) return ErrnoStatus(errno, db.path());
  space.disk_free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  return space;
}

absl::StatusOr<v1::GetStoreStatsResponse> MeasureStore(sqlite::Database& db) {
  v1::GetStoreStatsResponse stats;
  SEEP_ASSIGN_OR_RETURN(const StoreSpace space, MeasureSpace(db));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t version, db.QueryInteger("PRAGMA user_version"));
  stats.set_file(db.path());
  stats.set_schema_version(static_cast<std::int32_t>(version));
  stats.set_file_bytes(space.file_bytes);
  stats.set_wal_bytes(space.wal_bytes);
  stats.set_live_bytes(space.live_bytes());
  stats.set_free_bytes(space.free_bytes);
  stats.set_disk_free_bytes(space.disk_free_bytes);
  for (std::int64_t old = 1; old < version; ++old) {
    stats.set_migration_backup_bytes(stats.migration_backup_bytes() + SizeOf(absl::StrCat(db.path(), ".v", old, "-backup")));
  }
  SEEP_RETURN_IF_ERROR(MeasureKinds(db, stats));
  SEEP_RETURN_IF_ERROR(MeasureCounts(db, stats));
  return stats;
}

}  // namespace seep::storage
