// The plain line through all samples, as the original harness draws it.
#ifndef SEEP_ANALYSIS_TREND_LEAST_SQUARES_H_
#define SEEP_ANALYSIS_TREND_LEAST_SQUARES_H_

#include <cstdint>

namespace seep::analysis {

struct Line {
  double per_minute = 0;
  double r_squared = 0;  // 0 for a constant series: nothing to explain
};

// From the running sums over (t, y), times in seconds. Fewer than two samples
// or no time between them: a flat line.
Line LeastSquaresLine(std::uint64_t n, double sum_t, double sum_y, double sum_tt, double sum_ty, double sum_yy);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_TREND_LEAST_SQUARES_H_
