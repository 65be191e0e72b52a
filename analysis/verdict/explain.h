// Says a verdict in words that need no statistics, with the figures behind it.
#ifndef SEEP_ANALYSIS_VERDICT_EXPLAIN_H_
#define SEEP_ANALYSIS_VERDICT_EXPLAIN_H_

#include <string>

#include "analysis/verdict/decide.h"
#include "analysis/verdict/evidence.h"
#include "analysis/verdict/verdict.h"

namespace seep::analysis {

struct ExplainInput {
  const Evidence& evidence;
  const Decision& decision;
  const SeriesVerdict& verdict;   // figures already in the series' own unit
  std::string lost_samples;
};

// One to three plain sentences.
std::string Explain(const ExplainInput& input);

// "line", "saturating cache", "one-time step", "saturating cache, then late onset"...
std::string ShapeName(const Evidence& evidence);

// "1.27 MB", "512 B", "3": an amount in the series' unit. With a sign if asked.
std::string Amount(double value, const std::string& unit, bool sign = false);

// "payments" -> "payment"; what one of them is called.
std::string OneOf(const std::string& operation);

// The line for the whole run.
std::string Headline(const RunVerdict& run);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_EXPLAIN_H_
