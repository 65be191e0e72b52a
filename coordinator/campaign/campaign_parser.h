// Turns a campaign's YAML into the runs it asks for (docs/campaign_reference.md).
//
// Threads: safe from any; pure.
// Failure: kInvalidArgument, one line a problem. Takes any input whatever.
// Chance:  the same text, overrides and `drawn_seed` give the same runs.
#ifndef SEEP_COORDINATOR_CAMPAIGN_CAMPAIGN_PARSER_H_
#define SEEP_COORDINATOR_CAMPAIGN_CAMPAIGN_PARSER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "seep/v1/campaign.pb.h"
#include "seep/v1/chaos.pb.h"
#include "seep/v1/verdict.pb.h"

namespace seep::coordinator {

inline constexpr std::size_t kMaxRunsPerCampaign = 1000;
inline constexpr std::size_t kMaxExpandedBytes = 16 << 20;

struct PlannedRun {
  v1::RunSpec spec;  // without ids
  v1::ChaosSpec chaos;
  v1::VerdictSpec judging;
};

struct ParsedCampaign {
  std::string name;
  std::string yaml;  // as submitted, after the overrides
  std::vector<PlannedRun> runs;
  std::vector<std::string> warnings;
};

struct CampaignSource {
  std::string yaml;
  std::string file_name = "campaign.yaml";
  std::vector<std::pair<std::string, std::string>> overrides;  // path, YAML
};

// `drawn_seed` is used where the campaign states none.
absl::StatusOr<ParsedCampaign> ParseCampaign(const CampaignSource& source, std::uint64_t drawn_seed);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CAMPAIGN_CAMPAIGN_PARSER_H_
