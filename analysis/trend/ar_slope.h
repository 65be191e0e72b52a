// The slope of levels per minute with a standard error that knows that
// neighbouring levels resemble each other.
#ifndef SEEP_ANALYSIS_TREND_AR_SLOPE_H_
#define SEEP_ANALYSIS_TREND_AR_SLOPE_H_

#include <vector>

namespace seep::analysis {

struct SlopeFit {
  double per_minute = 0;
  double standard_error = 1e18;
  double dof = 1;
  double level = 0;                 // mean of the levels, the slope and the covariates taken as given
  double level_error = 1e18;        // its standard error, likewise aware of the neighbours
  double independent = 1;           // as many levels as these are worth that resemble each other not
  double z() const { return per_minute / standard_error; }
};

// Least squares with one intercept a segment and the covariates, once
// reweighted against single outliers (Huber), the error inflated for AR(1)
// residuals. `floor_sd` is the noise below which a series is never believed.
// Fewer than three degrees of freedom: slope 0 with an infinite error.
SlopeFit AutocorrelatedSlope(const std::vector<double>& t_s, const std::vector<double>& y,
                             const std::vector<int>& segment,
                             const std::vector<std::vector<double>>& covariates, double floor_sd);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_TREND_AR_SLOPE_H_
