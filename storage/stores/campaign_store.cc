#include "storage/stores/campaign_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/stores/run_store.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxKeyBytes = 256;
constexpr char kSelectColumns[] =
    "SELECT campaign_no, campaign_id, name, yaml, created_wall_us, cancelled FROM campaign ";

v1::Campaign ReadCampaign(const sqlite::Statement& row) {
  v1::Campaign campaign;
  campaign.set_campaign_id(row.Text(1));
  campaign.set_name(row.Text(2));
  campaign.set_yaml(row.Text(3));
  campaign.set_created_wall_us(row.Integer(4));
  campaign.set_cancelled(row.Integer(5) != 0);
  return campaign;
}

}  // namespace

std::uint32_t PageLimit(const PageRequest& page) {
  return page.limit == 0 ? 100 : std::min<std::uint32_t>(page.limit, 1000);
}

absl::StatusOr<StoredCampaign> CampaignStore::LoadSubmitted(const NewCampaign& campaign,
                                                            const std::string& id) {
  SEEP_ASSIGN_OR_RETURN(StoredCampaign stored, Load(id));
  if (stored.campaign.yaml() != campaign.campaign.yaml()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "idempotency key was used for campaign ", id, " with another YAML; use a new key"));
  }
  stored.existed = true;
  return stored;
}

absl::StatusOr<StoredCampaign> CampaignStore::Create(const NewCampaign& campaign) {
  if (campaign.idempotency_key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("idempotency key is over ", kMaxKeyBytes, " bytes"));
  }
  if (!campaign.idempotency_key.empty()) {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db_.Prepare("SELECT campaign_id FROM campaign WHERE idempotency_key = ?"));
    select.BindAll(campaign.idempotency_key);
    SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (found) return LoadSubmitted(campaign, select.Text(0));
  }
  SEEP_ASSIGN_OR_RETURN(const CampaignNo number, campaign.keep_ids ? ClaimCampaign(db_, campaign.campaign.campaign_id())
                                                                   : AllocateCampaign(db_));
  StoredCampaign stored;
  stored.campaign = campaign.campaign;
  stored.campaign.set_campaign_id(CampaignId(number));
  stored.campaign.clear_run_ids();
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO campaign (campaign_no, campaign_id, name, yaml, created_wall_us, cancelled,"
                  " idempotency_key) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.BindAll(number, stored.campaign.campaign_id(), stored.campaign.name(), stored.campaign.yaml(),
                 stored.campaign.created_wall_us(), stored.campaign.cancelled());
  if (!campaign.idempotency_key.empty()) insert.BindText(7, campaign.idempotency_key);
  SEEP_RETURN_IF_ERROR(insert.Run());

  RunStore runs(db_);
  for (const v1::Run& run : campaign.runs) {
    SEEP_ASSIGN_OR_RETURN(v1::Run with_id, runs.Insert(number, run, campaign.keep_ids));
    stored.campaign.add_run_ids(with_id.run_id());
    stored.runs.push_back(std::move(with_id));
  }
  return stored;
}

absl::Status CampaignStore::Cancel(const std::string& campaign_id) {
  SEEP_ASSIGN_OR_RETURN(const CampaignNo number, FindCampaign(db_, campaign_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement update,
                        db_.Prepare("UPDATE campaign SET cancelled = 1 WHERE campaign_no = ?"));
  update.BindAll(number);
  return update.Run();
}

absl::Status CampaignStore::FillRunIds(v1::Campaign& campaign, std::int64_t campaign_no) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT run_id FROM run WHERE campaign_no = ? ORDER BY run_no"));
  select.BindAll(campaign_no);
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    campaign.add_run_ids(select.Text(0));
  }
}

absl::StatusOr<StoredCampaign> CampaignStore::Load(const std::string& campaign_id, RunStore::Histograms histograms) {
  SEEP_ASSIGN_OR_RETURN(const CampaignNo number, FindCampaign(db_, campaign_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare(absl::StrCat(kSelectColumns, "WHERE campaign_no = ?")));
  select.BindAll(number);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return absl::NotFoundError(absl::StrCat("no campaign '", campaign_id, "'"));
  StoredCampaign stored;
  stored.campaign = ReadCampaign(select);
  SEEP_RETURN_IF_ERROR(FillRunIds(stored.campaign, static_cast<std::int64_t>(number)));
  RunStore runs(db_);
  for (const std::string& run_id : stored.campaign.run_ids()) {
    SEEP_ASSIGN_OR_RETURN(v1::Run run, runs.Load(run_id, histograms));
    stored.runs.push_back(std::move(run));
  }
  return stored;
}

absl::StatusOr<CampaignPage> CampaignStore::List(const PageRequest& page) {
  std::int64_t before = INT64_MAX;
  if (!page.before_id.empty()) {
    SEEP_ASSIGN_OR_RETURN(const CampaignNo number, FindCampaign(db_, page.before_id));
    before = static_cast<std::int64_t>(number);
  }
  const std::uint32_t limit = PageLimit(page);
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare(absl::StrCat(kSelectColumns, "WHERE campaign_no < ? ORDER BY campaign_no DESC LIMIT ?")));
  select.BindAll(before, limit + 1);
  CampaignPage result;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return result;
    if (result.campaigns.size() == limit) {
      result.next_before_id = result.campaigns.back().campaign_id();
      return result;
    }
    result.campaigns.push_back(ReadCampaign(select));
    SEEP_RETURN_IF_ERROR(FillRunIds(result.campaigns.back(), select.Integer(0)));
  }
}

}  // namespace seep::storage
