#include "storage/stores/run_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/stores/run_conditions.h"
#include "storage/stores/campaign_store.h"
#include "storage/stores/run_facets.h"

namespace seep::storage {
namespace {

constexpr char kSelectRun[] =
    "SELECT r.run_id, r.record, v.record,"
    " (SELECT sum(samples) FROM stream s WHERE s.run_no = r.run_no),"
    " (SELECT sum(lost) FROM stream s WHERE s.run_no = r.run_no),"
    " p.note, e.keeps, e.under_way, e.samples, e.wall_us, e.reason"
    " FROM run r LEFT JOIN verdict v USING (run_no) LEFT JOIN run_pin p USING (run_no)"
    " LEFT JOIN run_expiry e USING (run_no) ";

// What the store keeps elsewhere is not kept twice.
std::string Record(v1::Run run) {
  run.clear_verdict();
  run.clear_samples();
  run.clear_samples_lost();
  run.clear_pinned();
  run.clear_pin_note();
  run.clear_expiry();
  return run.SerializeAsString();
}

void ReadKeeping(const sqlite::Statement& row, v1::Run& run) {
  run.set_pinned(!row.IsNull(5));
  run.set_pin_note(row.Text(5));
  if (row.IsNull(6)) return;
  v1::SampleExpiry& expiry = *run.mutable_expiry();
  expiry.set_keeps(static_cast<v1::SampleTier>(row.Integer(6)));
  expiry.set_under_way(row.Integer(7) != 0);
  expiry.set_samples(static_cast<std::uint64_t>(row.Integer(8)));
  expiry.set_wall_us(row.Integer(9));
  expiry.set_reason(row.Text(10));
}

absl::StatusOr<v1::Run> ReadRun(const sqlite::Statement& row, RunStore::Histograms histograms) {
  v1::Run run;
  const std::string_view record = row.Blob(1);
  const std::string_view verdict = row.Blob(2);
  const bool whole = run.ParseFromArray(record.data(), static_cast<int>(record.size())) &&
                     (row.IsNull(2) || run.mutable_verdict()->ParseFromArray(
                                           verdict.data(), static_cast<int>(verdict.size())));
  if (!whole) return absl::DataLossError(absl::StrCat("run ", row.Text(0), ": its record is damaged"));
  if (histograms == RunStore::Histograms::kLeaveOut && run.has_verdict()) {
    for (v1::OperationFigures& figures : *run.mutable_verdict()->mutable_operations()) figures.clear_latency();
  }
  run.set_samples(static_cast<std::uint64_t>(row.Integer(3)));
  run.set_samples_lost(static_cast<std::uint64_t>(row.Integer(4)));
  ReadKeeping(row, run);
  return run;
}

// The same order of columns for INSERT and UPDATE, from parameter 1.
void BindColumns(sqlite::Statement& statement, const v1::Run& run) {
  statement.BindAll(run.spec().name(), run.state(), run.state_reason(), run.agent(),
                    run.spec().target().driver(), run.sdk_name(), run.sdk_version(), run.spec().seed(),
                    run.generation(), run.interrupted(), run.created_wall_us(), run.started_wall_us(),
                    run.ended_wall_us(), SdkOf(run), ScenarioOf(run));
  statement.BindBlob(16, Record(run));
}

}  // namespace

bool IsTerminal(v1::RunState state) {
  return state == v1::RUN_STATE_FINISHED || state == v1::RUN_STATE_FAILED ||
         state == v1::RUN_STATE_CANCELLED;
}

absl::StatusOr<v1::Run> RunStore::Insert(CampaignNo campaign, v1::Run run, bool keep_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo number, keep_id ? ClaimRun(db_, run.run_id()) : AllocateRun(db_));
  run.set_run_id(RunId(number));
  run.set_campaign_id(CampaignId(campaign));
  run.mutable_spec()->set_run_id(run.run_id());
  run.mutable_spec()->set_campaign_id(run.campaign_id());
  run.clear_verdict();
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO run (name, state, state_reason, agent, driver, sdk_name, sdk_version, seed,"
                  " generation, interrupted, created_wall_us, started_wall_us, ended_wall_us, sdk, scenario, record,"
                  " run_no, run_id, campaign_no) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  BindColumns(insert, run);
  insert.BindInteger(17, static_cast<std::int64_t>(number));
  insert.BindText(18, run.run_id());
  insert.BindInteger(19, static_cast<std::int64_t>(campaign));
  SEEP_RETURN_IF_ERROR(insert.Run());
  SEEP_RETURN_IF_ERROR(SaveLabels(number, run));
  return run;
}

absl::Status RunStore::SaveLabels(RunNo number, const v1::Run& run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT OR REPLACE INTO run_label (run_no, name, value) VALUES (?, ?, ?)"));
  for (const auto& [name, value] : run.spec().labels()) {
    insert.BindAll(number, name, value);
    SEEP_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status RunStore::Update(RunNo number, const v1::Run& run, std::int64_t wall_us) {
  std::int64_t old_state = 0;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db_.Prepare("SELECT state FROM run WHERE run_no = ?"));
    select.BindAll(number);
    SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::NotFoundError(absl::StrCat("no run ", RunId(number)));
    old_state = select.Integer(0);
  }
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement update,
      db_.Prepare("UPDATE run SET name=?, state=?, state_reason=?, agent=?, driver=?, sdk_name=?,"
                  " sdk_version=?, seed=?, generation=?, interrupted=?, created_wall_us=?, started_wall_us=?,"
                  " ended_wall_us=?, sdk=?, scenario=?, record=? WHERE run_no=?"));
  BindColumns(update, run);
  update.BindInteger(17, static_cast<std::int64_t>(number));
  SEEP_RETURN_IF_ERROR(update.Run());
  if (old_state == run.state()) return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO transition (run_no, from_state, to_state, reason, wall_us)"
                                    " VALUES (?, ?, ?, ?, ?)"));
  insert.BindAll(number, old_state, run.state(), run.state_reason(), wall_us);
  return insert.Run();
}

absl::StatusOr<v1::Run> RunStore::Load(const std::string& run_id, Histograms histograms) {
  SEEP_ASSIGN_OR_RETURN(const RunNo number, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare(absl::StrCat(kSelectRun, "WHERE r.run_no = ?")));
  select.BindAll(number);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return absl::NotFoundError(absl::StrCat("no run '", run_id, "'"));
  return ReadRun(select, histograms);
}

absl::StatusOr<RunPage> RunStore::List(const RunFilter& filter, const PageRequest& page) {
  std::int64_t before = INT64_MAX;
  if (!page.before_id.empty()) {
    SEEP_ASSIGN_OR_RETURN(const RunNo number, FindRun(db_, page.before_id));
    before = static_cast<std::int64_t>(number);
  }
  // One SQL text for each combination of filters, so that each gets its index.
  const RunConditions conditions = ConditionsOf(filter);
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.PrepareOnce(absl::StrCat(kSelectRun, "WHERE r.run_no < ?", conditions.sql,
                                                     " ORDER BY r.run_no DESC LIMIT ?")));
  const std::uint32_t limit = PageLimit(page);
  select.BindInteger(1, before);
  select.BindInteger(conditions.Bind(select, 2), static_cast<std::int64_t>(limit) + 1);
  RunPage result;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return result;
    if (result.runs.size() == limit) {
      result.next_before_id = result.runs.back().run_id();
      return result;
    }
    SEEP_ASSIGN_OR_RETURN(v1::Run run, ReadRun(select, Histograms::kLeaveOut));
    result.runs.push_back(std::move(run));
  }
}

}  // namespace seep::storage
