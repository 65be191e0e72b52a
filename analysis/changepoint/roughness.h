// How precisely a set of levels could tell a slope.
#ifndef SEEP_ANALYSIS_CHANGEPOINT_ROUGHNESS_H_
#define SEEP_ANALYSIS_CHANGEPOINT_ROUGHNESS_H_

#include "analysis/changepoint/levels.h"

namespace seep::analysis {

// Standard error of a slope through the levels, up to a constant: the robust
// spread around a cubic a segment (and the covariates), inflated for
// autocorrelation. Huge when fewer than eight levels can be used.
double Roughness(const Levels& levels, bool use_load);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_CHANGEPOINT_ROUGHNESS_H_
