#include "analysis/trend/ar_slope.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

using Column = std::vector<double>;

// Weighted mean of each segment taken out: the same as an intercept a segment.
Column Centred(const Column& x, const std::vector<int>& segment, const Column& w) {
  Column out(x.size());
  for (std::size_t begin = 0; begin < x.size();) {
    std::size_t end = begin;
    double sum = 0, weight = 0;
    for (; end < x.size() && segment[end] == segment[begin]; ++end) {
      sum += w[end] * w[end] * x[end];
      weight += w[end] * w[end];
    }
    for (std::size_t i = begin; i < end; ++i) out[i] = x[i] - sum / std::max(weight, 1e-300);
    begin = end;
  }
  return out;
}

double Dot(const Column& a, const Column& b, const Column& w) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += w[i] * w[i] * a[i] * b[i];
  return sum;
}

void Remove(Column& from, const Column& direction, const Column& w, double norm) {
  const double share = Dot(from, direction, w) / norm;
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= share * direction[i];
}

}  // namespace

SlopeFit AutocorrelatedSlope(const Column& t_s, const Column& y, const std::vector<int>& segment,
                             const std::vector<Column>& covariates, double floor_sd) {
  const std::size_t n = t_s.size();
  std::size_t segments = n > 0 ? 1 : 0;
  for (std::size_t i = 1; i < n; ++i) segments += segment[i] != segment[i - 1];
  const double parameters = static_cast<double>(segments + covariates.size() + 1);
  const double dof = static_cast<double>(n) - parameters;
  if (dof < 3) return {};
  Column weight(n, 1.0), residual(n);
  double slope = 0, inverse = 0, spread = 0;
  for (int pass = 0; pass < 2; ++pass) {
    Column x = Centred(t_s, segment, weight), r = Centred(y, segment, weight);
    const double full = Dot(x, x, weight);
    std::vector<Column> directions;
    for (const Column& covariate : covariates) {
      Column c = Centred(covariate, segment, weight);
      const double before = Dot(c, c, weight);
      for (const Column& d : directions) Remove(c, d, weight, Dot(d, d, weight));
      const double norm = Dot(c, c, weight);
      if (norm <= 1e-9 * std::max(before, 1e-12)) continue;
      Remove(x, c, weight, norm);
      Remove(r, c, weight, norm);
      directions.push_back(std::move(c));
    }
    const double norm = Dot(x, x, weight);
    if (norm <= 1e-9 * full || norm <= 0) return {};
    slope = Dot(x, r, weight) / norm;
    inverse = 1 / norm;
    for (std::size_t i = 0; i < n; ++i) residual[i] = r[i] - slope * x[i];
    spread = RobustSpread(residual) + 1e-9 + floor_sd;
    for (std::size_t i = 0; i < n; ++i) {
      weight[i] = std::min(1.0, 3 * spread / std::max(std::abs(residual[i]), 1e-9));
    }
  }
  double lagged = 0, square = 0;
  for (std::size_t i = 0; i < n; ++i) {
    residual[i] = std::clamp(residual[i], -3 * spread, 3 * spread);
    square += residual[i] * residual[i];
    if (i > 0 && segment[i] == segment[i - 1]) lagged += residual[i] * residual[i - 1];
  }
  double rho = lagged / std::max(square, 1e-12);
  rho = std::clamp(rho + (1 + 3 * std::max(rho, 0.0)) * parameters / static_cast<double>(n) * 0.8, 0.0, 0.95);
  const double variance = (square + static_cast<double>(n) * floor_sd * floor_sd * 0.5) / dof;
  const double inflation = (1 + rho) / (1 - rho);
  double weights = 0, level = 0;
  for (std::size_t i = 0; i < n; ++i) {
    weights += weight[i] * weight[i];
    level += weight[i] * weight[i] * y[i];
  }
  return {slope * 60, 60 * std::sqrt(variance * inverse * inflation), dof,
          level / weights, std::sqrt(variance * inflation / weights), static_cast<double>(n) / inflation};
}

}  // namespace seep::analysis
