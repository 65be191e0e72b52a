#include "storage/queries/leak_reader.h"

#include <limits>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/stores/run_conditions.h"

namespace seep::storage {
namespace {

using Field = RunTerm::Field;

double RealOrUnknown(const sqlite::Statement& row, int column) {
  return row.IsNull(column) ? std::numeric_limits<double>::quiet_NaN() : row.Real(column);
}

v1::Estimate ReadEstimate(const sqlite::Statement& row, int column) {
  v1::Estimate estimate;
  estimate.set_value(RealOrUnknown(row, column));
  estimate.set_low(RealOrUnknown(row, column + 1));
  estimate.set_high(RealOrUnknown(row, column + 2));
  return estimate;
}

SeriesSighting ReadSighting(const sqlite::Statement& row) {
  SeriesSighting one;
  one.sdk = row.Text(0);
  one.version = row.Text(1);
  one.scenario = row.Text(2);
  one.series = row.Text(3);
  one.verdict = static_cast<v1::Verdict>(row.Integer(4));
  one.run_id = row.Text(5);
  one.wall_us = row.Integer(6);
  return one;
}

constexpr char kWho[] = "r.sdk, r.sdk_version, r.scenario, s.series, s.verdict, r.run_id, ";

}  // namespace

absl::StatusOr<Sightings> LeakReader::Find(const RunFilter& filter) {
  Sightings found;
  SEEP_RETURN_IF_ERROR(FindLeaks(filter, found));
  if (!found.leaks.empty()) SEEP_RETURN_IF_ERROR(FindOthers(filter, found));
  return found;
}

absl::Status LeakReader::FindLeaks(const RunFilter& filter, Sightings& found) {
  RunConditions conditions = ConditionsOf(filter);
  // `series:` says which series' leaks, not which runs'.
  std::string series;
  std::vector<std::string> names;
  for (const RunTerm& term : filter.terms) {
    if (term.field != Field::kSeries) continue;
    absl::StrAppend(&series, " AND s.series ", term.negated ? "NOT " : "", "IN (");
    for (std::size_t i = 0; i < term.alternatives.size(); ++i) {
      absl::StrAppend(&series, i == 0 ? "?" : ",?");
      names.push_back(term.alternatives[i].text);
    }
    absl::StrAppend(&series, ")");
  }
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.PrepareOnce(absl::StrCat(
          "SELECT ", kWho, kBegan, ", s.unit, s.operation, s.kept_per_operation, s.kept_low, s.kept_high,"
          " s.slope_per_minute, s.slope_low, s.slope_high FROM series_verdict s JOIN run r USING (run_no)"
          " WHERE s.verdict = 5 AND s.judged = 1 AND r.state IN (6, 7)", series, conditions.sql,
          " ORDER BY r.run_no DESC LIMIT ", kMaxLeakSightings + 1)));
  int at = 1;
  for (const std::string& name : names) select.BindText(at++, name);
  conditions.Bind(select, at);
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    if (found.leaks.size() == kMaxLeakSightings) {
      found.truncated = true;
      return absl::OkStatus();
    }
    SeriesSighting one = ReadSighting(select);
    one.unit = select.Text(7);
    one.operation = select.Text(8);
    one.kept_per_operation = ReadEstimate(select, 9);
    one.slope_per_minute = ReadEstimate(select, 12);
    found.leaks.push_back(std::move(one));
  }
}

// What is asked about the SDK, the label or the agent holds for the other runs
// too; what is asked about time and verdict cannot, or no clean run would show.
absl::Status LeakReader::FindOthers(const RunFilter& filter, Sightings& found) {
  RunFilter about = filter;
  about.state = v1::RUN_STATE_UNSPECIFIED;
  about.verdict = v1::VERDICT_UNSPECIFIED;
  const RunConditions conditions =
      ConditionsOf(about, {Field::kBegan, Field::kVerdict, Field::kState, Field::kSeries, Field::kVersion});
  std::set<std::tuple<std::string, std::string, std::string>> leaks;  // sdk, scenario, series
  for (const SeriesSighting& one : found.leaks) leaks.emplace(one.sdk, one.scenario, one.series);
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.PrepareOnce(absl::StrCat(
          "SELECT ", kWho, kBegan, " FROM run r JOIN series_verdict s ON s.run_no = r.run_no AND s.series = ?"
          " WHERE s.judged = 1 AND r.state IN (6, 7) AND r.sdk = ? COLLATE NOCASE AND r.scenario = ? COLLATE NOCASE",
          conditions.sql, " ORDER BY r.run_no DESC LIMIT ", kMaxSightings + 1)));
  for (const auto& [sdk, scenario, series] : leaks) {
    select.BindAll(series, sdk, scenario);
    conditions.Bind(select, 4);
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (!row) break;
      if (found.all.size() == kMaxSightings) {
        found.truncated = true;
        return absl::OkStatus();
      }
      found.all.push_back(ReadSighting(select));
    }
    select.Reset();
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
