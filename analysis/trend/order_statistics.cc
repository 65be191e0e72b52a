#include "analysis/trend/order_statistics.h"

#include <algorithm>
#include <cmath>

namespace seep::analysis {

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const std::size_t half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + half, values.end());
  if (values.size() % 2 == 1) return values[half];
  const double below = *std::max_element(values.begin(), values.begin() + half);
  return 0.5 * (below + values[half]);
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const std::size_t k = static_cast<std::size_t>(rank);
  std::nth_element(values.begin(), values.begin() + k, values.end());
  const double low = values[k];
  if (k + 1 >= values.size()) return low;
  const double high = *std::min_element(values.begin() + k + 1, values.end());
  return low + (rank - static_cast<double>(k)) * (high - low);
}

double RobustSpread(const std::vector<double>& values) {
  const double middle = Median(values);
  std::vector<double> distance(values.size());
  std::transform(values.begin(), values.end(), distance.begin(),
                 [middle](double v) { return std::abs(v - middle); });
  return 1.4826 * Median(std::move(distance));
}

double Mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double StandardDeviation(const std::vector<double>& values) {
  const double mean = Mean(values);
  double sum = 0;
  for (double v : values) sum += (v - mean) * (v - mean);
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace seep::analysis
