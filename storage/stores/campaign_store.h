// Campaigns, each made together with its runs.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kNotFound; kFailedPrecondition for a reused idempotency key.
#ifndef SEEP_STORAGE_STORES_CAMPAIGN_STORE_H_
#define SEEP_STORAGE_STORES_CAMPAIGN_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"
#include "storage/stores/run_store.h"

namespace seep::storage {

class CampaignStore {
 public:
  explicit CampaignStore(sqlite::Database& db) : db_(db) {}

  absl::StatusOr<StoredCampaign> Create(const NewCampaign& campaign);
  absl::Status Cancel(const std::string& campaign_id);

  absl::StatusOr<StoredCampaign> Load(const std::string& campaign_id,
                                      RunStore::Histograms histograms = RunStore::Histograms::kLeaveOut);
  absl::StatusOr<CampaignPage> List(const PageRequest& page);

 private:
  // The campaign that the key made, if there is one.
  absl::StatusOr<StoredCampaign> LoadSubmitted(const NewCampaign& campaign, const std::string& id);
  absl::Status FillRunIds(v1::Campaign& campaign, std::int64_t campaign_no);

  sqlite::Database& db_;
};

// 0 → 100, at most 1,000.
std::uint32_t PageLimit(const PageRequest& page);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_CAMPAIGN_STORE_H_
