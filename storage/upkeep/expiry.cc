#include "storage/upkeep/expiry.h"

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/upkeep/expirable_runs.h"
#include "storage/upkeep/hours.h"

namespace seep::storage {
namespace {

// Then a look at the clock. A blob may have 256 KiB.
constexpr int kBlobsAtATime = 16;
constexpr int kRowsAtATime = 500;

// What leaves with the raw samples. Rows that only say what they were of
// (streams, gauges, gaps) stay: the figures stay drawable, resent samples stay known.
bool IsDetail(const std::string& table) {
  for (const char* detail : {"tail", "chunk", "chunk_summary", "log", "artefact", "artefact_piece"}) {
    if (table == detail) return true;
  }
  return false;
}

absl::Status RunBound(sqlite::Database& db, const char* sql, RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement statement, db.Prepare(sql));
  statement.BindAll(run);
  return statement.Run();
}

absl::Status CheckMayLeave(Stores& stores, RunNo run, const ExpiryOrder& order) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, stores.database.Prepare("SELECT state FROM run WHERE run_no = ?"));
  select.BindAll(run);
  SEEP_RETURN_IF_ERROR(select.Step().status());
  if (!IsTerminal(static_cast<v1::RunState>(select.Integer(0)))) {
    return absl::FailedPreconditionError(absl::StrCat("run ", order.run_id, " is still open; `seep runs stop ", order.run_id, "` ends it"));
  }
  SEEP_ASSIGN_OR_RETURN(const std::string kept, WhyKept(stores.database, run));
  if (kept.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("run ", order.run_id, " ", kept));
}

}  // namespace

class Expiry::Stopwatch {
 public:
  Stopwatch(const Clock& clock, const Bounds& bounds) : clock_(clock), bounds_(bounds), began_(clock.Now()) {}
  void Count(std::int64_t rows) { rows_ += rows; }
  bool over() const { return rows_ >= bounds_.rows || clock_.Now() - began_ >= bounds_.time; }
  std::int64_t rows() const { return rows_; }

 private:
  const Clock& clock_;
  const Bounds& bounds_;
  const MonotonicTime began_;
  std::int64_t rows_ = 0;
};

absl::StatusOr<std::string> WhyKept(sqlite::Database& db, RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement pin, db.Prepare("SELECT 1 FROM run_pin WHERE run_no = ?"));
  pin.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool pinned, pin.Step());
  if (pinned) return absl::StrCat("is pinned; `seep runs unpin ", RunId(run), "` lets it go");
  SEEP_ASSIGN_OR_RETURN(const bool baselines, HasBaselines(db));
  if (!baselines) return "";
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement baseline, db.Prepare("SELECT name FROM baseline WHERE run_no = ?"));
  baseline.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool row, baseline.Step());
  return row ? absl::StrCat("is the baseline '", Printable(baseline.Text(0)), "'; set that to another run first") : "";
}

absl::Status Expiry::Begin(Stores& stores, const ExpiryOrder& order) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(stores.database, order.run_id));
  SEEP_RETURN_IF_ERROR(CheckMayLeave(stores, run, order));
  // A kill between the run's end and this may have left its last minute ungathered.
  SEEP_RETURN_IF_ERROR(stores.samples.CloseRun(run));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement note,
      stores.database.Prepare("INSERT INTO run_expiry (run_no, keeps, under_way, wall_us, reason) VALUES (?, ?, 1, ?, ?)"
                              " ON CONFLICT DO UPDATE SET keeps = max(keeps, excluded.keeps), under_way = 1,"
                              " wall_us = excluded.wall_us, reason = excluded.reason"));
  note.BindAll(run, order.keeps, clock_.WallNow().micros(), order.reason);
  return note.Run();
}

absl::StatusOr<Expiry::Piece> Expiry::Step(Stores& stores, const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(stores.database, run_id));
  if (plan_.empty()) {
    SEEP_ASSIGN_OR_RETURN(plan_, PlanDeletion(stores.database));
  }
  auto keeps = v1::SAMPLE_TIER_RAW;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          stores.database.Prepare("SELECT keeps FROM run_expiry WHERE run_no = ? AND under_way"));
    select.BindAll(run);
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return Piece{0, true};
    keeps = static_cast<v1::SampleTier>(select.Integer(0));
  }
  Stopwatch watch(clock_, bounds_);
  SEEP_RETURN_IF_ERROR(StepTo(stores, run, keeps, watch));
  if (watch.over()) return Piece{watch.rows(), false};
  if (keeps >= v1::SAMPLE_TIER_NONE) {
    SEEP_RETURN_IF_ERROR(RemoveRun(stores, run));
  } else {
    SEEP_RETURN_IF_ERROR(RunBound(stores.database, "UPDATE log_source SET bytes = 0 WHERE run_no = ?", run));
    SEEP_RETURN_IF_ERROR(RunBound(stores.database, "UPDATE run_expiry SET under_way = 0 WHERE run_no = ?", run));
  }
  // Streams and gauges that it remembers may be gone now.
  stores.samples.Forget();
  return Piece{watch.rows(), true};
}

absl::Status Expiry::StepTo(Stores& stores, RunNo run, v1::SampleTier keeps, Stopwatch& watch) {
  if (keeps == v1::SAMPLE_TIER_HOURS) SEEP_RETURN_IF_ERROR(GatherHours(stores.database, run, watch));
  for (const DoomedRows& doomed : plan_) {
    if (watch.over()) return absl::OkStatus();
    // Until the very end it is what says that the run is on its way out.
    if (doomed.table == "run_expiry") continue;
    const bool leaves = keeps >= v1::SAMPLE_TIER_NONE || IsDetail(doomed.table);
    if (leaves) SEEP_RETURN_IF_ERROR(DeleteRows(stores.database, run, doomed, watch));
  }
  return absl::OkStatus();
}

absl::Status Expiry::DeleteRows(sqlite::Database& db, RunNo run, const DoomedRows& doomed, Stopwatch& watch) {
  std::int64_t samples = 0;
  while (!watch.over()) {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement remove, db.Prepare(doomed.sql));
    remove.BindAll(run, doomed.blobs ? kBlobsAtATime : kRowsAtATime);
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const bool row, remove.Step());
      if (!row) break;
      samples += remove.Integer(0);
    }
    const int deleted = db.changes();
    if (deleted == 0) break;
    watch.Count(deleted);
  }
  if (samples == 0) return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement count, db.Prepare("UPDATE run_expiry SET samples = samples + ?2 WHERE run_no = ?1"));
  count.BindAll(run, samples);
  return count.Run();
}

absl::Status Expiry::GatherHours(sqlite::Database& db, RunNo run, Stopwatch& watch) {
  while (!watch.over()) {
    SEEP_ASSIGN_OR_RETURN(const std::int64_t rows, GatherOldestHour(db, run));
    if (rows == 0) return absl::OkStatus();
    watch.Count(rows);
  }
  return absl::OkStatus();
}

absl::Status Expiry::RemoveRun(Stores& stores, RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, stores.database.Prepare("SELECT campaign_no FROM run WHERE run_no = ?"));
  select.BindAll(run);
  SEEP_RETURN_IF_ERROR(select.Step().status());
  const std::int64_t campaign = select.Integer(0);
  select.Reset();
  SEEP_RETURN_IF_ERROR(RunBound(stores.database, "DELETE FROM run WHERE run_no = ?", run));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement last,
      stores.database.Prepare("DELETE FROM campaign WHERE campaign_no = ?1"
                              " AND NOT EXISTS (SELECT 1 FROM run WHERE run.campaign_no = ?1)"));
  last.BindAll(campaign);
  return last.Run();
}

absl::StatusOr<std::vector<std::string>> Expiry::Unfinished(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT r.run_id FROM run_expiry e JOIN run r USING (run_no) WHERE e.under_way ORDER BY run_no"));
  std::vector<std::string> runs;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return runs;
    runs.push_back(select.Text(0));
  }
}

}  // namespace seep::storage
