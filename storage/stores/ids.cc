#include "storage/stores/ids.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

absl::StatusOr<std::int64_t> Allocate(sqlite::Database& db, const char* kind) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement next,
                        db.Prepare("UPDATE id_counter SET last = last + 1 WHERE kind = ? RETURNING last"));
  next.BindAll(kind);
  SEEP_ASSIGN_OR_RETURN(const bool row, next.Step());
  if (!row) return absl::DataLossError(absl::StrCat("id_counter has no row for ", kind));
  const std::int64_t number = next.Integer(0);
  SEEP_RETURN_IF_ERROR(next.Run());
  return number;
}

absl::StatusOr<std::int64_t> Find(sqlite::Database& db, const char* sql, const char* kind,
                                  const std::string& id) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(sql));
  select.BindAll(id);
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (found) return select.Integer(0);
  constexpr std::size_t kShown = 80;
  return absl::NotFoundError(absl::StrCat("no ", kind, " '", Printable(id.substr(0, kShown)), "'"));
}

}  // namespace

absl::StatusOr<RunNo> AllocateRun(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t number, Allocate(db, "run"));
  return RunNo{number};
}
absl::StatusOr<CampaignNo> AllocateCampaign(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t number, Allocate(db, "campaign"));
  return CampaignNo{number};
}

std::string RunId(RunNo run) { return absl::StrFormat("r-%04d", static_cast<std::int64_t>(run)); }
std::string CampaignId(CampaignNo campaign) {
  return absl::StrFormat("c-%04d", static_cast<std::int64_t>(campaign));
}

absl::StatusOr<RunNo> FindRun(sqlite::Database& db, const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t number,
                        Find(db, "SELECT run_no FROM run WHERE run_id = ?", "run", run_id));
  return RunNo{number};
}
absl::StatusOr<CampaignNo> FindCampaign(sqlite::Database& db, const std::string& campaign_id) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t number,
                        Find(db, "SELECT campaign_no FROM campaign WHERE campaign_id = ?", "campaign",
                             campaign_id));
  return CampaignNo{number};
}

}  // namespace seep::storage
