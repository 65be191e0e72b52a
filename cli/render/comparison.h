// What `seep compare` prints.
#ifndef SEEP_CLI_RENDER_COMPARISON_H_
#define SEEP_CLI_RENDER_COMPARISON_H_

#include <string>

#include "cli/console/console.h"
#include "cli/render/listings.h"
#include "seep/v1/across.pb.h"

namespace seep::cli {

// For people: who is compared, what warns, a table of differences with their
// intervals, the two curves of the deciding series, the outcome last.
std::string ComparisonText(const v1::CompareRunsResponse& response, const Style& style, bool wide);

// A row for each new run and series.
std::string ComparisonCsv(const v1::CompareRunsResponse& response);

// In any format; JSON and YAML leave the curves out.
std::string PrintedComparison(const v1::CompareRunsResponse& response, Format format, const Style& style);

std::string OutcomeWord(v1::Outcome outcome);  // "worse", "cannot tell"

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_COMPARISON_H_
