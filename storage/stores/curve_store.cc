#include "storage/stores/curve_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

absl::StatusOr<v1::Curve> Parsed(RunNo run, const std::string& series, std::string_view bytes) {
  v1::Curve curve;
  const bool whole = curve.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                     curve.level_size() == curve.t_s_size() && curve.generation_size() == curve.t_s_size() &&
                     (curve.operations_size() == 0 || curve.operations_size() == curve.t_s_size());
  if (whole) return curve;
  return absl::DataLossError(absl::StrCat("run ", RunId(run), ": the curve of ", series, " is damaged"));
}

}  // namespace

absl::Status CurveStore::Save(RunNo run, const v1::RunVerdict& verdict) {
  const auto& all = verdict.series();
  if (std::none_of(all.begin(), all.end(), [](const v1::SeriesVerdict& s) { return s.has_curve(); })) return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement clear, db_.Prepare("DELETE FROM series_curve WHERE run_no = ?"));
  clear.BindAll(run);
  SEEP_RETURN_IF_ERROR(clear.Run());
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT OR REPLACE INTO series_curve (run_no, series, curve) VALUES (?, ?, ?)"));
  for (const v1::SeriesVerdict& series : all) {
    if (!series.has_curve()) continue;
    insert.BindAll(run, series.series());
    insert.BindBlob(3, series.curve().SerializeAsString());
    SEEP_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Curve>> CurveStore::Load(RunNo run, const std::string& series) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT curve FROM series_curve WHERE run_no = ? AND series = ?"));
  select.BindAll(run, series);
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::optional<v1::Curve>();
  SEEP_ASSIGN_OR_RETURN(v1::Curve curve, Parsed(run, series, select.Blob(0)));
  return std::optional<v1::Curve>(std::move(curve));
}

}  // namespace seep::storage
