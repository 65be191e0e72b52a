// Medians, quantiles and robust spreads. Empty input gives 0.
#ifndef SEEP_ANALYSIS_TREND_ORDER_STATISTICS_H_
#define SEEP_ANALYSIS_TREND_ORDER_STATISTICS_H_

#include <vector>

namespace seep::analysis {

double Median(std::vector<double> values);
// Linear interpolation between order statistics, q in [0, 1].
double Quantile(std::vector<double> values, double q);
// 1.4826 * median(|x - median|): the standard deviation, outliers ignored.
double RobustSpread(const std::vector<double>& values);
double Mean(const std::vector<double>& values);
double StandardDeviation(const std::vector<double>& values);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_TREND_ORDER_STATISTICS_H_
