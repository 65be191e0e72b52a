#include "analysis/changepoint/collections.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

// Range of the values once their straight line is taken out.
double DetrendedRange(const double* begin, const double* end) {
  const std::size_t n = static_cast<std::size_t>(end - begin);
  const double middle = 0.5 * static_cast<double>(n - 1);
  double xy = 0, xx = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(i) - middle;
    xy += x * begin[i];
    xx += x * x;
  }
  const double slope = xx > 0 ? xy / xx : 0;
  std::vector<double> flat(n);
  for (std::size_t i = 0; i < n; ++i) flat[i] = begin[i] - slope * (static_cast<double>(i) - middle);
  return Quantile(flat, 0.97) - Quantile(flat, 0.03);
}

}  // namespace

std::vector<std::size_t> FindCollections(const Track& track) {
  const std::size_t n = track.size();
  if (n < 30) return {};
  const std::size_t window = std::max<std::size_t>(20, n / 6);
  std::vector<std::size_t> falls;
  std::size_t rises = 0, fall_count = 0;
  for (std::size_t a = 0; a + 1 < n; a += window) {
    const std::size_t from = a - std::min(a, window / 2);
    const std::size_t to = std::min(n, a + window + window / 2);
    const double range = DetrendedRange(&track.mid[from], track.mid.data() + to);
    for (std::size_t i = a; i < std::min(a + window, n - 1); ++i) {
      const double move = track.mid[i + 1] - track.mid[i];
      rises += move > 0.45 * range;
      if (move < -0.45 * range) {
        ++fall_count;
        if (falls.empty() || i + 1 - falls.back() > 1) falls.push_back(i + 1);
      }
    }
  }
  if (fall_count < 4 || fall_count < 5 * rises) return {};
  return falls;
}

int CountLongCycles(const std::vector<double>& f, const std::vector<int>& segment) {
  const int n = static_cast<int>(f.size());
  if (n < 6) return 0;
  std::vector<double> curvature;
  for (int i = 2; i < n; ++i) curvature.push_back(f[i] - 2 * f[i - 1] + f[i - 2]);
  const double noise = RobustSpread(curvature) / std::sqrt(6.0) + 1e-9;
  const double range = *std::max_element(f.begin(), f.end()) - *std::min_element(f.begin(), f.end());
  int count = 0, last = -9;
  for (int i = 2; i < n - 2; ++i) {
    if (segment[i] != segment[i - 1] || i - last < 3) continue;
    const double before = std::min(f[i - 2], f[i - 1]);
    const double after = f[i + 1];
    const bool sudden = before - after > std::max(0.4 * range, 6 * noise) && before - f[i] > 0.5 * (before - after);
    if (!sudden) continue;
    const double soon = *std::max_element(f.begin() + i + 1, f.begin() + std::min(n, i + 4));
    const double later = *std::max_element(f.begin() + i + 1, f.end());
    if (soon < before - 0.25 * range && later - after > 0.25 * range) {
      ++count;
      last = i;
    }
  }
  return count;
}

}  // namespace seep::analysis
