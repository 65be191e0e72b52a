#include "analysis/trend/theil_sen.h"

#include <algorithm>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {

double TheilSenSlope(const std::vector<double>& t_s, const std::vector<double>& y,
                     const std::vector<int>& segment) {
  const std::size_t stride = std::max<std::size_t>(1, (t_s.size() + kMaxTheilSenPoints - 1) / kMaxTheilSenPoints);
  std::vector<double> slopes;
  for (std::size_t i = 0; i < t_s.size(); i += stride) {
    for (std::size_t j = i + stride; j < t_s.size(); j += stride) {
      if (segment[i] == segment[j] && t_s[j] > t_s[i]) slopes.push_back(60 * (y[j] - y[i]) / (t_s[j] - t_s[i]));
    }
  }
  return Median(std::move(slopes));
}

}  // namespace seep::analysis
