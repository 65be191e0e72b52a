#include "analysis/compare/pool.h"

#include <algorithm>
#include <cmath>

namespace seep::analysis {
namespace {

constexpr double kWidth95 = 1.959964;

struct Study {
  double value, variance;
};

struct Fixed {
  double mean = 0, weight = 0;
};

Fixed Weighted(const std::vector<Study>& studies, double between) {
  Fixed sum;
  for (const Study& study : studies) {
    const double weight = 1 / (study.variance + between);
    sum.mean += weight * study.value;
    sum.weight += weight;
  }
  sum.mean /= sum.weight;
  return sum;
}

double VarianceBetween(const std::vector<Study>& studies) {
  const Fixed fixed = Weighted(studies, 0);
  double q = 0, squares = 0;
  for (const Study& study : studies) {
    q += (study.value - fixed.mean) * (study.value - fixed.mean) / study.variance;
    squares += 1 / (study.variance * study.variance);
  }
  const double excess = q - static_cast<double>(studies.size() - 1);
  return std::max(0.0, excess / (fixed.weight - squares / fixed.weight));
}

}  // namespace

Estimate Pooled(const std::vector<Estimate>& estimates) {
  std::vector<const Estimate*> whole;
  for (const Estimate& e : estimates) {
    if (std::isfinite(e.value) && std::isfinite(e.low) && std::isfinite(e.high)) whole.push_back(&e);
  }
  if (whole.empty()) return {};
  if (whole.size() == 1) return *whole.front();
  double widest = 0;
  for (const Estimate* e : whole) widest = std::max(widest, e->high - e->low);
  if (widest <= 0) widest = 1e-12;
  std::vector<Study> studies;
  for (const Estimate* e : whole) {
    // An interval without width (a count that never moved) must not outweigh all others.
    const double se = std::max(e->high - e->low, 1e-3 * widest) / (2 * kWidth95);
    studies.push_back({e->value, se * se});
  }
  const Fixed pooled = Weighted(studies, VarianceBetween(studies));
  const double width = kWidth95 / std::sqrt(pooled.weight);
  return {pooled.mean, pooled.mean - width, pooled.mean + width};
}

}  // namespace seep::analysis
