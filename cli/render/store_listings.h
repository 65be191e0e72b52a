// The store's upkeep as people and programs read it.
//
// Threads: any; pure.
#ifndef SEEP_CLI_RENDER_STORE_LISTINGS_H_
#define SEEP_CLI_RENDER_STORE_LISTINGS_H_

#include <string>
#include <vector>

#include "cli/render/listings.h"
#include "seep/v1/store.pb.h"

namespace seep::cli {

Listing ListFindings(const std::vector<v1::StoreFinding>& findings);
// "sound: 12 runs, ..." or "3 findings: ..."
std::string CheckSummary(const v1::CheckResult& result);
std::string ShowStats(const v1::GetStoreStatsResponse& stats, Format format, const Style& style);
Listing ListExpired(const std::vector<v1::ExpiredRun>& runs);
// "copying 1,024/4,096 pages"
std::string ProgressLine(const v1::UpkeepProgress& progress);

// How fine a run's samples still are: "minutes; 90000 raw samples left on ... (rule)";
// "" while all are there.
std::string KeptSamples(const v1::Run& run);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_STORE_LISTINGS_H_
