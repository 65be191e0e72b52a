// Printed ids and the numbers behind them.
//
// Threads: those of `db`.
// Failure: kNotFound naming the object.
#ifndef SEEP_STORAGE_STORES_IDS_H_
#define SEEP_STORAGE_STORES_IDS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

// Rows' numbers as types of their own: a run is no campaign.
enum class RunNo : std::int64_t {};
enum class CampaignNo : std::int64_t {};
enum class StreamNo : std::int64_t {};

// The next number, never given before, not even to what was deleted since.
absl::StatusOr<RunNo> AllocateRun(sqlite::Database& db);
absl::StatusOr<CampaignNo> AllocateCampaign(sqlite::Database& db);

// The number of an id that was given elsewhere; the next allocated ones come
// behind it. kInvalidArgument: no such id can be; kAlreadyExists: it is taken.
absl::StatusOr<RunNo> ClaimRun(sqlite::Database& db, const std::string& run_id);
absl::StatusOr<CampaignNo> ClaimCampaign(sqlite::Database& db, const std::string& campaign_id);

std::string RunId(RunNo run);             // "r-0001", "r-12345"
std::string CampaignId(CampaignNo campaign);

absl::StatusOr<RunNo> FindRun(sqlite::Database& db, const std::string& run_id);
absl::StatusOr<CampaignNo> FindCampaign(sqlite::Database& db, const std::string& campaign_id);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_IDS_H_
