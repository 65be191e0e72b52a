#include "storage/queries/curve_reader.h"

#include <algorithm>

#include "common/status/status_macros.h"
#include "storage/stores/curve_store.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxLives = 32;  // of the target; more are too short to be drawn
constexpr double kSecondsAMinute = 60;

}  // namespace

absl::StatusOr<v1::Curve> CurveReader::Read(RunNo run, const std::string& series, int points) {
  SEEP_ASSIGN_OR_RETURN(std::optional<v1::Curve> kept, CurveStore(db_).Load(run, series));
  if (kept.has_value()) return *std::move(kept);
  return FromMinutes(run, series, std::min(points, kMaxPoints));
}

absl::StatusOr<std::int64_t> CurveReader::GaugeNo(RunNo run, const std::string& name) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db_.Prepare("SELECT gauge_no FROM gauge WHERE run_no = ? AND name = ?"));
  select.BindAll(run, name);
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  return found ? select.Integer(0) : 0;
}

// One seek for each life and each of its ends: the rows between are not touched.
absl::StatusOr<std::vector<CurveReader::Life>> CurveReader::Lives(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement first,
                        db_.Prepare("SELECT generation, minute FROM sample_rollup WHERE run_no = ? AND generation > ?"
                                    " ORDER BY generation, minute LIMIT 1"));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement last,
                        db_.Prepare("SELECT minute FROM sample_rollup WHERE run_no = ? AND generation = ?"
                                    " ORDER BY minute DESC LIMIT 1"));
  std::vector<Life> lives;
  std::int64_t after = -1;
  while (lives.size() < kMaxLives) {
    first.BindAll(run, after);
    SEEP_ASSIGN_OR_RETURN(const bool row, first.Step());
    if (!row) break;
    Life life{first.Integer(0), first.Integer(1), first.Integer(1)};
    last.BindAll(run, life.generation);
    SEEP_ASSIGN_OR_RETURN(const bool end, last.Step());
    if (end) life.last_minute = last.Integer(0);
    first.Reset();
    last.Reset();
    after = life.generation;
    lives.push_back(life);
  }
  return lives;
}

absl::StatusOr<v1::Curve> CurveReader::FromMinutes(RunNo run, const std::string& series, int points) {
  v1::Curve curve;
  SEEP_ASSIGN_OR_RETURN(const std::int64_t gauge, GaugeNo(run, series));
  if (gauge == 0) return curve;
  SEEP_ASSIGN_OR_RETURN(const std::vector<Life> lives, Lives(run));
  std::int64_t minutes = 0;
  for (const Life& life : lives) minutes += life.last_minute - life.first_minute + 1;
  const std::int64_t step = std::max<std::int64_t>(1, (minutes + points - 1) / points);
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT sum / n FROM sample_rollup WHERE run_no = ? AND generation = ?"
                                    " AND minute = ? AND gauge_no = ?"));
  std::uint32_t life_index = 0;
  for (const Life& life : lives) {
    for (std::int64_t minute = life.first_minute; minute <= life.last_minute && curve.level_size() < 2 * points; minute += step) {
      select.BindAll(run, life.generation, minute, gauge);
      SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (row) {
        curve.add_t_s(static_cast<float>((static_cast<double>(minute) + 0.5) * kSecondsAMinute));
        curve.add_level(static_cast<float>(select.Real(0)));
        curve.add_generation(life_index);
      }
      select.Reset();
    }
    ++life_index;
  }
  return curve;
}

absl::StatusOr<std::vector<std::string>> CurveReader::Candidates(RunNo run) {
  std::vector<std::string> names;
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db_.Prepare("SELECT deciding_series FROM verdict WHERE run_no = ?"));
  select.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (found && !select.Text(0).empty()) names.push_back(select.Text(0));
  for (const char* name : {"heap_allocated", "heap_in_use", "rss"}) names.emplace_back(name);
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement any, db_.Prepare("SELECT name FROM gauge WHERE run_no = ? AND unit = 'bytes'"
                                                         " ORDER BY gauge_id LIMIT 1"));
  any.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool bytes, any.Step());
  if (bytes) names.push_back(any.Text(0));
  return names;
}

absl::StatusOr<v1::Spark> CurveReader::Spark(const std::string& run_id, int points) {
  v1::Spark spark;
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> names, Candidates(run));
  for (const std::string& name : names) {
    SEEP_ASSIGN_OR_RETURN(const v1::Curve curve, Read(run, name, points));
    if (curve.level_size() == 0) continue;
    spark.set_run_id(run_id);
    spark.set_series(name);
    // Evenly chosen means of neighbours: a line of characters shows no more.
    const int n = curve.level_size(), bins = std::min(n, points);
    for (int bin = 0; bin < bins; ++bin) {
      const int begin = bin * n / bins, end = (bin + 1) * n / bins;
      double sum = 0;
      for (int i = begin; i < end; ++i) sum += curve.level(i);
      spark.add_level(static_cast<float>(sum / (end - begin)));
    }
    return spark;
  }
  return spark;
}

}  // namespace seep::storage
