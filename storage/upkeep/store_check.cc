#include "storage/upkeep/store_check.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/migrations/migration.h"
#include "storage/upkeep/block_check.h"
#include "storage/upkeep/record_check.h"
#include "storage/upkeep/stream_check.h"

namespace seep::storage {
namespace {

constexpr char kPageAdvice[] = "the file is damaged: stop the coordinator and restore a backup";

absl::StatusOr<std::vector<std::int64_t>> RunNumbers(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare("SELECT run_no FROM run ORDER BY run_no"));
  std::vector<std::int64_t> numbers;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return numbers;
    numbers.push_back(select.Integer(0));
  }
}

absl::Status CheckSchema(sqlite::Database& db, Findings& findings, v1::CheckResult& result) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t owner, db.QueryInteger("PRAGMA application_id"));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t version, db.QueryInteger("PRAGMA user_version"));
  result.set_file(db.path());
  result.set_schema_version(static_cast<std::int32_t>(version));
  const auto newest = static_cast<std::int64_t>(Migrations().size());
  if (owner != kApplicationId || version != newest) {
    return absl::FailedPreconditionError(absl::StrCat(db.path(), " is no store of this program's (application_id ", owner, ", schema version ",
                                                      version, " instead of ", newest, ")"));
  }
  SEEP_ASSIGN_OR_RETURN(const std::int64_t ahead,
                        db.QueryInteger("SELECT (SELECT ifnull(max(run_no), 0) FROM run) > (SELECT last FROM id_counter WHERE kind = 'run')"
                                        " OR (SELECT ifnull(max(campaign_no), 0) FROM campaign) >"
                                        " (SELECT last FROM id_counter WHERE kind = 'campaign')"));
  if (ahead != 0) findings.Add("count", "", "id_counter", "is behind the newest run or campaign: an id could be given twice");
  return absl::OkStatus();
}

absl::Status CheckRuns(sqlite::Database& db, Findings& findings, v1::CheckResult& result) {
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::int64_t> runs, RunNumbers(db));
  result.set_runs(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    SEEP_RETURN_IF_ERROR(findings.GoOn());
    SEEP_RETURN_IF_ERROR(CheckRecordsOfRun(db, runs[i], findings));
    SEEP_RETURN_IF_ERROR(CheckStreamsOfRun(db, runs[i], findings, result));
    findings.Progress("records and sequences of runs", i + 1, runs.size(), "runs");
  }
  return absl::OkStatus();
}

absl::Status CheckReferences(sqlite::Database& db, Findings& findings) {
  findings.Progress("references", 0, 0, "");
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare("PRAGMA foreign_key_check"));
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    findings.Add("reference", "", absl::StrCat("table ", Printable(select.Text(0)), ", row ", select.Integer(1)),
                 absl::StrCat("refers to a row of ", Printable(select.Text(2)), " that is not there"));
  }
}

absl::Status CheckPages(sqlite::Database& db, Findings& findings) {
  findings.Progress("pages of the file", 0, 0, "");
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare("PRAGMA integrity_check(100)"));
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    if (select.Text(0) != "ok") findings.Add("page", "", "the file", Printable(select.Text(0)), kPageAdvice);
  }
}

// A page so damaged that a reading ends there is a finding, and the other
// readings go on.
absl::Status Survive(absl::Status read, const char* doing, Findings& findings) {
  if (!absl::IsDataLoss(read)) return read;
  findings.Add("page", "", doing, std::string(read.message()), kPageAdvice);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CheckResult> CheckStore(sqlite::Database& db, const CheckOptions& options, UpkeepPorts ports) {
  Findings findings(std::move(ports), options.max_findings);
  v1::CheckResult result;
  result.set_quick(options.quick);
  SEEP_RETURN_IF_ERROR(Survive(CheckSchema(db, findings, result), "the schema", findings));
  SEEP_RETURN_IF_ERROR(Survive(CheckRuns(db, findings, result), "records and sequences", findings));
  SEEP_RETURN_IF_ERROR(Survive(CheckBlocks(db, findings, result), "stored samples", findings));
  if (!options.quick) {
    SEEP_RETURN_IF_ERROR(Survive(CheckReferences(db, findings), "references", findings));
    SEEP_RETURN_IF_ERROR(findings.GoOn());
    SEEP_RETURN_IF_ERROR(Survive(CheckPages(db, findings), "pages", findings));
  }
  result.set_findings(findings.count());
  return result;
}

}  // namespace seep::storage
