// What `ls`, `show` and `query` print, in the format that -o asks for.
#ifndef SEEP_CLI_RENDER_LISTINGS_H_
#define SEEP_CLI_RENDER_LISTINGS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/render/json_value.h"
#include "cli/render/table.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

enum class Format { kTable, kWide, kJson, kJsonLines, kYaml, kCsv };
std::optional<Format> ParseFormat(std::string_view word);

// A list of objects, ready for any format.
struct Listing {
  std::string name;  // "runs": the member of the JSON document
  Table table;
  std::vector<JsonValue> objects;

  std::string Text(Format format, const Style& style) const;
};

// By run id; runs without one have none.
using Sparks = std::map<std::string, v1::Spark>;
// Without sparks there is no column of them.
Listing ListRuns(const std::vector<v1::Run>& runs, const Sparks& sparks = {}, bool ascii = false);
Listing ListCampaigns(const std::vector<v1::Campaign>& campaigns);
Listing ListAgents(const v1::ListAgentsResponse& agents);
Listing ListFaults(const v1::ListFaultsResponse& faults);

// One object in full, for people ("key: value") and machines.
std::string ShowRun(const v1::Run& run, Format format, const Style& style);
std::string ShowCampaign(const v1::GetCampaignResponse& campaign, Format format, const Style& style);

Tint TintOf(v1::Verdict verdict);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_LISTINGS_H_
