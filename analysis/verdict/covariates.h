// What moves memory without being kept: the load, and the heap's peaks.
//
// Threads: pure functions.
#ifndef SEEP_ANALYSIS_VERDICT_COVARIATES_H_
#define SEEP_ANALYSIS_VERDICT_COVARIATES_H_

#include <vector>

#include "analysis/changepoint/levels.h"
#include "analysis/series/track.h"
#include "analysis/shapes/shape_set.h"

namespace seep::analysis {

// Not empty, and no value is missing.
bool AllFinite(const std::vector<double>& x);

// To be explained away in every model.
struct Covariates {
  std::vector<Column> columns;  // standardised, one value a level
  bool load = false;            // the load is among them
  bool peak = false;            // the heap's peak is
};

// `peak_is_steady`: the heap behind levels.covariate was judged not to grow.
Covariates FindCovariates(const Levels& levels, const Track& track, bool peak_is_steady);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_COVARIATES_H_
