// Why a series is neither LEAK nor CLEAN, and what would settle it.
#ifndef SEEP_ANALYSIS_VERDICT_DOUBT_H_
#define SEEP_ANALYSIS_VERDICT_DOUBT_H_

#include <string>

#include "analysis/verdict/explain.h"

namespace seep::analysis {

// One sentence for one reason.
std::string DoubtText(Reason reason, const ExplainInput& input);

// " To settle it, run about 40 min in all." Empty where nothing would help.
std::string Advice(const ExplainInput& input);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_DOUBT_H_
