// Says a verdict in words that need no statistics, with the figures behind it.
//
// The order is always the same: what was looked at and what was measured; what
// follows from it; what cannot be said, and what to do about that.
#ifndef SEEP_ANALYSIS_VERDICT_EXPLAIN_H_
#define SEEP_ANALYSIS_VERDICT_EXPLAIN_H_

#include <string>

#include "analysis/verdict/decide.h"
#include "analysis/verdict/evidence.h"
#include "analysis/verdict/verdict.h"
#include "analysis/verdict/wording.h"

namespace seep::analysis {

struct ExplainInput {
  const Evidence& evidence;
  const Decision& decision;
  const SeriesVerdict& verdict;   // figures already in the series' own unit
  std::string lost_samples;
};

// One to five plain sentences.
std::string Explain(const ExplainInput& input);

// "line", "saturating cache", "one-time step", "saturating cache, then late onset"...
std::string ShapeName(const Evidence& evidence);

// The line for the whole run.
std::string Headline(const RunVerdict& run);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_EXPLAIN_H_
