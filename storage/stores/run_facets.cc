#include "storage/stores/run_facets.h"

#include <google/protobuf/message.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {
namespace {

constexpr int kRunsAtOnce = 500;

// Some parts are there only to set what a mix does.
bool Idle(const google::protobuf::Message& part) {
  const auto* field = part.GetDescriptor()->FindFieldByName("idle");
  return field != nullptr && part.GetReflection()->GetBool(part, field);
}

absl::StatusOr<bool> FillSome(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(auto transaction, sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kWrite));
  std::vector<std::pair<std::int64_t, v1::Run>> runs;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db.Prepare("SELECT run_no, run_id, record FROM run WHERE scenario = '' COLLATE NOCASE LIMIT ?"));
    select.BindAll(kRunsAtOnce);
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
      if (!row) break;
      v1::Run& run = runs.emplace_back(select.Integer(0), v1::Run()).second;
      const std::string_view record = select.Blob(2);
      // A damaged record is told by whoever reads the run, not by the start.
      if (!run.ParseFromArray(record.data(), static_cast<int>(record.size()))) run.Clear();
    }
  }
  for (const auto& [number, run] : runs) {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement update,
                          db.Prepare("UPDATE run SET sdk = ?, scenario = ? WHERE run_no = ?"));
    update.BindAll(SdkOf(run), ScenarioOf(run), number);
    SEEP_RETURN_IF_ERROR(update.Run());
  }
  SEEP_RETURN_IF_ERROR(transaction.Commit());
  return runs.size() == kRunsAtOnce;
}

}  // namespace

std::string SdkOf(const v1::Run& run) {
  const v1::TargetSpec& target = run.spec().target();
  if (!target.driver().empty()) return target.driver();
  if (!target.entry().empty()) return target.entry();
  return run.sdk_name().empty() ? "-" : run.sdk_name();
}

std::string ScenarioOf(const v1::Run& run) {
  const v1::ScenarioSpec& scenario = run.spec().scenario();
  std::vector<const google::protobuf::FieldDescriptor*> parts;
  scenario.GetReflection()->ListFields(scenario, &parts);
  std::string name;
  for (const auto* part : parts) {
    if (Idle(scenario.GetReflection()->GetMessage(scenario, part))) continue;
    absl::StrAppend(&name, name.empty() ? "" : "+", std::string(part->name()));
  }
  if (name.empty()) name = run.spec().target().load().entry();
  return name.empty() ? "none" : name;
}

absl::Status FillFacets(sqlite::Database& db) {
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool more, FillSome(db));
    if (!more) return absl::OkStatus();
  }
}

}  // namespace seep::storage
