#include "storage/stores/baseline_store.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/across_runs.h"
#include "storage/stores/event_store.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxNote = 1024;
constexpr std::size_t kShownNames = 10;

bool IsRunId(const std::string& text) {
  return absl::StartsWith(text, "r-") && text.size() > 2 &&
         std::all_of(text.begin() + 2, text.end(), [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

absl::Status CheckName(const std::string& name) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-' || c == '/' || c == '@';
  };
  if (name.empty() || name.size() > kMaxName || !std::all_of(name.begin(), name.end(), fits)) {
    return absl::InvalidArgumentError(absl::StrCat("baseline name '", Printable(name.substr(0, kMaxName)), "': 1 to ", kMaxName,
                                                   " letters, digits and . _ - / @ make one"));
  }
  if (IsRunId(name)) {
    return absl::InvalidArgumentError(absl::StrCat("baseline name '", name, "' looks like a run's id; choose another"));
  }
  return absl::OkStatus();
}

v1::Baseline FromRow(const sqlite::Statement& row) {
  v1::Baseline baseline;
  baseline.set_name(row.Text(0));
  baseline.set_run_id(row.Text(1));
  baseline.set_set_wall_us(row.Integer(2));
  baseline.set_set_by(row.Text(3));
  baseline.set_note(row.Text(4));
  return baseline;
}

}  // namespace

absl::Status BaselineStore::Note(const std::string& name, const std::string& run_id, std::int64_t wall_us,
                                 const std::string& by, const std::string& note) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO baseline_change (name, run_id, wall_us, changed_by, note)"
                                    " VALUES (?, ?, ?, ?, ?)"));
  insert.BindAll(name, run_id, wall_us, Shortened(by, kMaxNote), Shortened(note, kMaxNote));
  return insert.Run();
}

absl::StatusOr<v1::SetBaselineResponse> BaselineStore::Set(const v1::SetBaselineRequest& request, std::int64_t wall_us) {
  SEEP_RETURN_IF_ERROR(CheckName(request.name()));
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, request.run_id()));
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement over, db_.Prepare("SELECT state IN (6, 7) FROM run WHERE run_no = ?"));
    over.BindAll(run);
    SEEP_RETURN_IF_ERROR(over.Step().status());
    if (over.Integer(0) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("run ", request.run_id(), " is not over; a baseline is a run with a verdict"));
    }
  }
  v1::SetBaselineResponse response;
  SEEP_ASSIGN_OR_RETURN(const std::optional<v1::Baseline> before, Find(request.name()));
  if (before.has_value()) {
    response.set_previous_run_id(before->run_id());
  } else {
    SEEP_ASSIGN_OR_RETURN(const std::int64_t count, db_.QueryInteger("SELECT count(*) FROM baseline"));
    if (count >= AcrossRuns::kMaxBaselines) {
      return absl::ResourceExhaustedError(absl::StrCat("there are ", count, " baselines; remove one first"));
    }
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement replace,
                        db_.Prepare("INSERT OR REPLACE INTO baseline (name, run_no, set_wall_us, set_by, note)"
                                    " VALUES (?, ?, ?, ?, ?)"));
  replace.BindAll(request.name(), run, wall_us, Shortened(request.by(), kMaxNote), Shortened(request.note(), kMaxNote));
  SEEP_RETURN_IF_ERROR(replace.Run());
  SEEP_RETURN_IF_ERROR(Note(request.name(), request.run_id(), wall_us, request.by(), request.note()));
  SEEP_ASSIGN_OR_RETURN(const std::optional<v1::Baseline> now, Find(request.name()));
  *response.mutable_baseline() = *now;
  return response;
}

absl::StatusOr<v1::Baseline> BaselineStore::Remove(const v1::RemoveBaselineRequest& request, std::int64_t wall_us) {
  SEEP_ASSIGN_OR_RETURN(const std::optional<v1::Baseline> before, Find(request.name()));
  if (!before.has_value()) {
    return absl::NotFoundError(absl::StrCat("no baseline '", Printable(request.name().substr(0, kMaxName)), "'"));
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement remove, db_.Prepare("DELETE FROM baseline WHERE name = ?"));
  remove.BindAll(request.name());
  SEEP_RETURN_IF_ERROR(remove.Run());
  SEEP_RETURN_IF_ERROR(Note(request.name(), "", wall_us, request.by(), ""));
  return *before;
}

absl::StatusOr<std::optional<v1::Baseline>> BaselineStore::Find(const std::string& name) {
  std::optional<v1::Baseline> baseline;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db_.Prepare("SELECT b.name, r.run_id, b.set_wall_us, b.set_by, b.note"
                                      " FROM baseline b JOIN run r USING (run_no) WHERE b.name = ?"));
    select.BindAll(name);
    SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return baseline;
    baseline = FromRow(select);
  }
  SEEP_RETURN_IF_ERROR(AddHistory(*baseline));
  return baseline;
}

absl::Status BaselineStore::AddHistory(v1::Baseline& baseline) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT run_id, wall_us, changed_by, note FROM baseline_change"
                                    " WHERE name = ? ORDER BY change_no DESC LIMIT ?"));
  select.BindAll(baseline.name(), kMaxHistory);
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    v1::BaselineChange& change = *baseline.add_history();
    change.set_run_id(select.Text(0));
    change.set_wall_us(select.Integer(1));
    change.set_by(select.Text(2));
    change.set_note(select.Text(3));
  }
}

absl::StatusOr<std::vector<v1::Baseline>> BaselineStore::List() {
  std::vector<v1::Baseline> baselines;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db_.Prepare("SELECT b.name, r.run_id, b.set_wall_us, b.set_by, b.note"
                                      " FROM baseline b JOIN run r USING (run_no) ORDER BY b.name"));
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (!row) break;
      baselines.push_back(FromRow(select));
    }
  }
  for (v1::Baseline& baseline : baselines) SEEP_RETURN_IF_ERROR(AddHistory(baseline));
  return baselines;
}

absl::StatusOr<BaselineStore::Target> BaselineStore::Resolve(const std::string& reference) {
  if (IsRunId(reference)) {
    SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, reference));
    return Target{run, ""};
  }
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db_.Prepare("SELECT run_no FROM baseline WHERE name = ?"));
    select.BindAll(reference);
    SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (found) return Target{RunNo{select.Integer(0)}, reference};
  }
  SEEP_ASSIGN_OR_RETURN(const std::vector<v1::Baseline> there, List());
  std::vector<std::string> names;
  for (const v1::Baseline& baseline : there) names.push_back(baseline.name());
  const bool more = names.size() > kShownNames;
  if (more) names.resize(kShownNames);
  return absl::NotFoundError(absl::StrCat(
      "'", Printable(reference.substr(0, kMaxName)), "' is no run's id (r-0001) and no baseline's name",
      names.empty() ? "; there are no baselines, `seep baseline set NAME RUN` makes one"
                    : absl::StrCat("; baselines are ", absl::StrJoin(names, ", "), more ? ", ..." : "")));
}

}  // namespace seep::storage
