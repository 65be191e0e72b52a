// One estimate out of several runs' of the same thing.
//
// Random effects after DerSimonian and Laird ("Meta-analysis in clinical
// trials", Controlled Clinical Trials 7, 1986): runs differ by more than their
// intervals say, and the spread between them widens the answer's.
//
// Threads: pure. Failure: unknown where no estimate is whole.
#ifndef SEEP_ANALYSIS_COMPARE_POOL_H_
#define SEEP_ANALYSIS_COMPARE_POOL_H_

#include <vector>

#include "analysis/verdict/verdict.h"

namespace seep::analysis {

Estimate Pooled(const std::vector<Estimate>& estimates);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_COMPARE_POOL_H_
