#include "storage/stores/ids.h"

#include "absl/strings/numbers.h"
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

// Far beyond any store, and no sum with it overflows.
constexpr std::int64_t kLargestNumber = 1'000'000'000'000;

absl::StatusOr<std::int64_t> Claim(sqlite::Database& db, const char* kind, const std::string& id,
                                   std::string (*spell)(std::int64_t)) {
  std::int64_t number = 0;
  const std::string digits = id.size() > 2 ? id.substr(2) : "";
  if (!absl::SimpleAtoi(digits, &number) || number < 1 || number > kLargestNumber || spell(number) != id) {
    return absl::InvalidArgumentError(absl::StrCat("'", Printable(id.substr(0, 80)), "' is no ", kind, "'s id"));
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement raise, db.Prepare("UPDATE id_counter SET last = max(last, ?) WHERE kind = ?"));
  raise.BindAll(number, kind);
  SEEP_RETURN_IF_ERROR(raise.Run());
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

absl::StatusOr<RunNo> ClaimRun(sqlite::Database& db, const std::string& run_id) {
  if (FindRun(db, run_id).ok()) return absl::AlreadyExistsError(absl::StrCat("there is a run ", run_id, " already"));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t number,
                        Claim(db, "run", run_id, [](std::int64_t n) { return RunId(RunNo{n}); }));
  return RunNo{number};
}
absl::StatusOr<CampaignNo> ClaimCampaign(sqlite::Database& db, const std::string& campaign_id) {
  if (FindCampaign(db, campaign_id).ok()) {
    return absl::AlreadyExistsError(absl::StrCat("there is a campaign ", campaign_id, " already"));
  }
  SEEP_ASSIGN_OR_RETURN(const std::int64_t number,
                        Claim(db, "campaign", campaign_id, [](std::int64_t n) { return CampaignId(CampaignNo{n}); }));
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
