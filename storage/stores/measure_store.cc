#include "storage/stores/measure_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {

absl::Status MeasureStore::Clear(RunNo run) {
  for (const char* table : {"operation_figure", "operation_error", "threshold", "residual"}) {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement clear, db_.Prepare(absl::StrCat("DELETE FROM ", table, " WHERE run_no = ?")));
    clear.BindAll(run);
    SEEP_RETURN_IF_ERROR(clear.Run());
  }
  return absl::OkStatus();
}

absl::Status MeasureStore::Save(RunNo run, const v1::RunVerdict& verdict) {
  SEEP_RETURN_IF_ERROR(Clear(run));
  SEEP_RETURN_IF_ERROR(SaveOperations(run, verdict));
  SEEP_RETURN_IF_ERROR(SaveThresholds(run, verdict));
  return SaveResiduals(run, verdict);
}

absl::Status MeasureStore::SaveOperations(RunNo run, const v1::RunVerdict& verdict) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement figures,
                        db_.Prepare("INSERT OR REPLACE INTO operation_figure (run_no, operation, count, failed, per_second,"
                                    " mean_us, min_us, p50_us, p90_us, p99_us, p999_us, max_us)"
                                    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement errors,
                        db_.Prepare("INSERT OR REPLACE INTO operation_error (run_no, operation, kind, count) VALUES (?,?,?,?)"));
  for (const v1::OperationFigures& o : verdict.operations()) {
    figures.BindAll(run, o.operation(), o.count(), o.failed(), o.per_second(), o.mean_us(), o.min_us(), o.p50_us(), o.p90_us(),
                    o.p99_us(), o.p999_us(), o.max_us());
    SEEP_RETURN_IF_ERROR(figures.Run());
    figures.Reset();
    for (const v1::ErrorCount& error : o.errors()) {
      errors.BindAll(run, o.operation(), error.kind(), error.count());
      SEEP_RETURN_IF_ERROR(errors.Run());
      errors.Reset();
    }
  }
  return absl::OkStatus();
}

absl::Status MeasureStore::SaveThresholds(RunNo run, const v1::RunVerdict& verdict) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO threshold (run_no, position, expression, state, value, measured,"
                                    " missed_since_s, aborted) VALUES (?,?,?,?,?,?,?,?)"));
  int position = 0;
  for (const v1::ThresholdResult& result : verdict.thresholds()) {
    insert.BindAll(run, ++position, result.threshold().expression(), result.state(), result.value(), result.measured(),
                   result.since_s(), result.abort());
    SEEP_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status MeasureStore::SaveResiduals(RunNo run, const v1::RunVerdict& verdict) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT OR REPLACE INTO residual (run_no, series, unit, before, after, kept)"
                                    " VALUES (?,?,?,?,?,?)"));
  for (const v1::Residual& residual : verdict.residuals()) {
    insert.BindAll(run, residual.series(), residual.unit(), residual.before(), residual.after(), residual.kept());
    SEEP_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
