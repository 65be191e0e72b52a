#include "storage/upkeep/record_check.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "seep/v1/run.pb.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {
namespace {

constexpr char kRecordAdvice[] = "restore a backup, or remove the run";

template <typename Message>
bool Parse(std::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// The columns, in the order of kRun, that the record does not confirm.
std::vector<std::string> Differences(const sqlite::Statement& row, const v1::Run& run) {
  std::vector<std::string> differ;
  const auto text = [&](int column, const std::string& value) {
    if (row.Text(column) != value) differ.push_back(row.column_name(column));
  };
  const auto integer = [&](int column, std::int64_t value) {
    if (row.Integer(column) != value) differ.push_back(row.column_name(column));
  };
  text(0, run.run_id());
  text(1, run.spec().name());
  integer(2, run.state());
  text(3, run.state_reason());
  text(4, run.agent());
  text(5, run.spec().target().driver());
  text(6, run.sdk_name());
  text(7, run.sdk_version());
  integer(8, static_cast<std::int64_t>(run.spec().seed()));
  integer(9, run.generation());
  integer(10, run.created_wall_us());
  integer(11, run.started_wall_us());
  integer(12, run.ended_wall_us());
  return differ;
}

absl::StatusOr<std::string> CheckRun(sqlite::Database& db, std::int64_t run_no, Findings& findings) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT run_id, name, state, state_reason, agent, driver, sdk_name, sdk_version, seed,"
                                   " generation, created_wall_us, started_wall_us, ended_wall_us, record FROM run WHERE run_no = ?"));
  select.BindAll(run_no);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return "";  // removed meanwhile
  const std::string run_id = select.Text(0);
  v1::Run run;
  if (!Parse(select.Blob(13), run)) {
    findings.Add("record", run_id, "its record", "cannot be read", kRecordAdvice);
    return run_id;
  }
  for (const std::string& column : Differences(select, run)) {
    findings.Add("record", run_id, absl::StrCat("column ", column), "is not what the run's record says", kRecordAdvice);
  }
  return run_id;
}

absl::Status CheckVerdict(sqlite::Database& db, std::int64_t run_no, const std::string& run_id, Findings& findings) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT v.verdict, r.verdict, v.headline, v.record FROM verdict v JOIN run r USING (run_no)"
                                   " WHERE v.run_no = ?"));
  select.BindAll(run_no);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return absl::OkStatus();
  v1::RunVerdict verdict;
  if (!Parse(select.Blob(3), verdict)) {
    findings.Add("record", run_id, "its verdict", "cannot be read", kRecordAdvice);
  } else if (select.Integer(0) != verdict.verdict() || select.Integer(1) != verdict.verdict() ||
             select.Text(2) != verdict.headline()) {
    findings.Add("record", run_id, "its verdict", "the columns are not what the verdict's record says", kRecordAdvice);
  }
  return absl::OkStatus();
}

struct StoredArtefact {
  std::int64_t number = 0;
  v1::Artefact artefact;
};

absl::Status CheckContent(sqlite::Database& db, const StoredArtefact& stored, const std::string& run_id, Findings& findings) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT piece, data FROM artefact_piece WHERE artefact_no = ? ORDER BY piece"));
  select.BindAll(stored.number);
  std::string data;
  std::int64_t expected = 0;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) break;
    if (select.Integer(0) != expected++) break;
    data.append(select.Blob(1));
  }
  if (data.size() == stored.artefact.size() && Crc32c(data) == stored.artefact.crc32c()) return absl::OkStatus();
  findings.Add("checksum", run_id, absl::StrCat("artefact ", Printable(stored.artefact.name())),
               "its stored bytes are not those that the agent sent", "fetch it from a backup");
  return absl::OkStatus();
}

absl::Status CheckArtefacts(sqlite::Database& db, std::int64_t run_no, const std::string& run_id, Findings& findings) {
  // Row by row removal is under way: pieces may be gone already.
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT artefact_no, record FROM artefact WHERE run_no = ?1 AND NOT EXISTS"
                                   " (SELECT 1 FROM run_expiry e WHERE e.run_no = ?1 AND e.under_way)"));
  select.BindAll(run_no);
  std::vector<StoredArtefact> artefacts;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) break;
    StoredArtefact stored{select.Integer(0), {}};
    if (Parse(select.Blob(1), stored.artefact)) {
      artefacts.push_back(std::move(stored));
    } else {
      findings.Add("record", run_id, "the record of an artefact", "cannot be read", kRecordAdvice);
    }
  }
  for (const StoredArtefact& stored : artefacts) SEEP_RETURN_IF_ERROR(CheckContent(db, stored, run_id, findings));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRecordsOfRun(sqlite::Database& db, std::int64_t run_no, Findings& findings) {
  SEEP_ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kRead));
  SEEP_ASSIGN_OR_RETURN(const std::string run_id, CheckRun(db, run_no, findings));
  if (run_id.empty()) return absl::OkStatus();
  SEEP_RETURN_IF_ERROR(CheckVerdict(db, run_no, run_id, findings));
  return CheckArtefacts(db, run_no, run_id, findings);
}

}  // namespace seep::storage
