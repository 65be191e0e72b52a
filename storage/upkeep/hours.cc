#include "storage/upkeep/hours.h"

#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

constexpr std::int64_t kMinutesPerHour = 60;

// `last` is that of the newest minute, which an aggregate cannot tell; the join can.
constexpr char kGather[] =
    "INSERT INTO sample_hour (run_no, gauge_no, generation, hour, n, min, max, sum, last)"
    " SELECT ?1, a.gauge_no, ?2, ?3, a.n, a.low, a.high, a.total, l.last FROM"
    "  (SELECT gauge_no, sum(n) AS n, min(min) AS low, max(max) AS high, sum(sum) AS total, max(minute) AS newest"
    "   FROM sample_rollup WHERE run_no = ?1 AND generation = ?2 AND minute >= ?4 AND minute < ?5 GROUP BY gauge_no) a"
    "  JOIN sample_rollup l ON l.run_no = ?1 AND l.generation = ?2 AND l.minute = a.newest AND l.gauge_no = a.gauge_no"
    // The upsert needs it to tell ON of the join from ON CONFLICT.
    " WHERE true"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n, min = min(min, excluded.min), max = max(max, excluded.max),"
    " sum = sum + excluded.sum, last = excluded.last";

constexpr char kRemove[] =
    "DELETE FROM sample_rollup WHERE run_no = ?1 AND generation = ?2 AND minute >= ?3 AND minute < ?4";

}  // namespace

absl::StatusOr<std::int64_t> GatherOldestHour(sqlite::Database& db, RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement oldest,
                        db.Prepare("SELECT generation, minute FROM sample_rollup WHERE run_no = ?"
                                   " ORDER BY generation, minute LIMIT 1"));
  oldest.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool row, oldest.Step());
  if (!row) return 0;
  const std::int64_t generation = oldest.Integer(0);
  const std::int64_t hour = oldest.Integer(1) / kMinutesPerHour;
  const std::int64_t begin = hour * kMinutesPerHour, end = begin + kMinutesPerHour;
  oldest.Reset();
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement gather, db.Prepare(kGather));
  gather.BindAll(run, generation, hour, begin, end);
  SEEP_RETURN_IF_ERROR(gather.Run());
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement remove, db.Prepare(kRemove));
  remove.BindAll(run, generation, begin, end);
  SEEP_RETURN_IF_ERROR(remove.Run());
  return db.changes();
}

}  // namespace seep::storage
