#include "storage/stores/verdict_store.h"

#include "common/status/status_macros.h"
#include "storage/stores/curve_store.h"
#include "storage/stores/measure_store.h"

namespace seep::storage {
namespace {

// Curves have a table of their own: verdicts are read by the hundred.
std::string Record(v1::RunVerdict verdict) {
  for (v1::SeriesVerdict& series : *verdict.mutable_series()) series.clear_curve();
  return verdict.SerializeAsString();
}

}  // namespace

absl::Status VerdictStore::Save(RunNo run, const v1::RunVerdict& verdict) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement replace,
      db_.Prepare("INSERT OR REPLACE INTO verdict (run_no, verdict, provisional, deciding_series, headline,"
                  " record) VALUES (?, ?, ?, ?, ?, ?)"));
  replace.BindAll(run, verdict.verdict(), verdict.provisional(), verdict.deciding_series(), verdict.headline());
  replace.BindBlob(6, Record(verdict));
  SEEP_RETURN_IF_ERROR(replace.Run());
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement update,
                        db_.Prepare("UPDATE run SET verdict = ? WHERE run_no = ?"));
  update.BindAll(verdict.verdict(), run);
  SEEP_RETURN_IF_ERROR(update.Run());
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement clear,
                        db_.Prepare("DELETE FROM series_verdict WHERE run_no = ?"));
  clear.BindAll(run);
  SEEP_RETURN_IF_ERROR(clear.Run());
  for (const v1::SeriesVerdict& series : verdict.series()) {
    SEEP_RETURN_IF_ERROR(SaveSeries(run, series));
  }
  SEEP_RETURN_IF_ERROR(CurveStore(db_).Save(run, verdict));
  return MeasureStore(db_).Save(run, verdict);
}

absl::Status VerdictStore::SaveSeries(RunNo run, const v1::SeriesVerdict& s) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT OR REPLACE INTO series_verdict (run_no, series, unit, verdict, judged, probability,"
                  " first, last, min, max, slope_per_minute, slope_low, slope_high, r_squared, operation,"
                  " kept_per_operation, kept_low, kept_high, detectable_per_minute, explanation)"
                  " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  insert.BindAll(run, s.series(), s.unit(), s.verdict(), s.judged(), s.probability(), s.first(), s.last(),
                 s.min(), s.max(), s.slope_per_minute().value(), s.slope_per_minute().low(),
                 s.slope_per_minute().high(), s.r_squared(), s.operation());
  // An estimate that was not made is unknown, not zero.
  if (s.has_kept_per_operation()) {
    insert.BindReal(16, s.kept_per_operation().value());
    insert.BindReal(17, s.kept_per_operation().low());
    insert.BindReal(18, s.kept_per_operation().high());
  }
  insert.BindReal(19, s.detectable_per_minute());
  insert.BindText(20, s.explanation());
  return insert.Run();
}

}  // namespace seep::storage
