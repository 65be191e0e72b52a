#include "analysis/changepoint/roughness.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

using Column = std::vector<double>;

double Dot(const Column& a, const Column& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

bool Usable(const Column& x) {
  return !x.empty() && std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); }) &&
         StandardDeviation(x) > 1e-9;
}

// What is left of y once powers of time up to `degree` and the extras are taken out.
Column Residuals(const Column& t, Column y, int degree, const std::vector<Column>& extras) {
  const double middle = Mean(t);
  double half = 1e-9;
  for (double v : t) half = std::max(half, std::abs(v - middle));
  std::vector<Column> basis;
  for (int p = 0; p <= degree; ++p) {
    Column c(t.size());
    for (std::size_t i = 0; i < t.size(); ++i) c[i] = std::pow((t[i] - middle) / half, p);
    basis.push_back(std::move(c));
  }
  basis.insert(basis.end(), extras.begin(), extras.end());
  std::vector<Column> orthogonal;
  for (Column& c : basis) {
    const double before = Dot(c, c);
    for (const Column& o : orthogonal) {
      const double share = Dot(c, o) / Dot(o, o);
      for (std::size_t i = 0; i < c.size(); ++i) c[i] -= share * o[i];
    }
    const double norm = Dot(c, c);
    if (norm <= 1e-10 * before || norm <= 0) continue;
    const double share = Dot(y, c) / norm;
    for (std::size_t i = 0; i < c.size(); ++i) y[i] -= share * c[i];
    orthogonal.push_back(std::move(c));
  }
  return y;
}

}  // namespace

double Roughness(const Levels& levels, bool use_load) {
  Column residual;
  for (std::size_t begin = 0; begin < levels.size();) {
    std::size_t end = begin;
    while (end < levels.size() && levels.segment[end] == levels.segment[begin]) ++end;
    const int n = static_cast<int>(end - begin);
    if (n >= 5) {
      const auto part = [&](const Column& c) { return Column(c.begin() + begin, c.begin() + end); };
      const int degree = std::min(3, n - 3);
      std::vector<Column> extras;
      if (n > degree + 4) {
        if (use_load && Usable(part(levels.load))) extras.push_back(part(levels.load));
        if (!levels.covariate.empty() && Usable(part(levels.covariate))) extras.push_back(part(levels.covariate));
      }
      const Column r = Residuals(part(levels.t), part(levels.y), degree, extras);
      residual.insert(residual.end(), r.begin(), r.end());
    }
    begin = end;
  }
  const double n = static_cast<double>(residual.size());
  if (n < 8) return 1e18;
  const double spread = RobustSpread(residual) * std::sqrt(n / std::max(n - 4, 2.0)) + 1e-9;
  double lagged = 0, square = 0;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    residual[i] = std::clamp(residual[i], -3 * spread, 3 * spread);
    square += residual[i] * residual[i];
    if (i > 0) lagged += residual[i] * residual[i - 1];
  }
  const double rho = std::clamp(lagged / std::max(square, 1e-9) + 4 / n, 0.0, 0.95);
  return spread / std::sqrt(n) * std::sqrt((1 + rho) / (1 - rho)) * (1 + 10 / n);
}

}  // namespace seep::analysis
