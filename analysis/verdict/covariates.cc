#include "analysis/verdict/covariates.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

constexpr double kPeakShare = 0.6;       // of resident memory's range
constexpr double kBreathingShare = 0.1;  // of the peak's variance that no line explains

Column Standardised(const Column& x) {
  const double mean = Mean(x), sd = StandardDeviation(x);
  Column out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = (x[i] - mean) / sd;
  return out;
}

// The heap's peak explains resident memory only where it breathes. One that rises
// as a line, with the clock, cannot be told from growth: it would explain a leak
// of the heap away from the very series in which it shows.
bool PeakBreathes(const Levels& levels) {
  if (!AllFinite(levels.covariate) || StandardDeviation(levels.covariate) <= 1) return false;
  double residual = 0, total = 0;
  for (std::size_t begin = 0; begin < levels.size();) {
    std::size_t end = begin;
    double n = 0, st = 0, sy = 0, stt = 0, sty = 0, syy = 0;
    for (; end < levels.size() && levels.segment[end] == levels.segment[begin]; ++end, ++n) {
      const double t = levels.t[end] - levels.t[begin], y = levels.covariate[end] - levels.covariate[begin];
      st += t, sy += y, stt += t * t, sty += t * y, syy += y * y;
    }
    const double var_t = stt - st * st / n, var_y = syy - sy * sy / n, cov = sty - st * sy / n;
    total += var_y;
    residual += var_t > 0 ? var_y - cov * cov / var_t : var_y;
    begin = end;
  }
  return residual > kBreathingShare * total;
}

// A peak can explain resident memory that swells about as much as itself.
bool PeakIsLargeEnough(const Levels& levels) {
  if (!AllFinite(levels.covariate)) return false;
  const auto [low, high] = std::minmax_element(levels.covariate.begin(), levels.covariate.end());
  const auto [bottom, top] = std::minmax_element(levels.y.begin(), levels.y.end());
  return *high - *low > 1 && *high - *low >= kPeakShare * (*top - *bottom);
}

// Local parabola over seven levels, within segments; ends stay as they are.
Column Smoothed(const Levels& levels) {
  constexpr double kWeights[] = {-2, 3, 6, 7, 6, 3, -2};  // Savitzky and Golay, 1964
  Column out = levels.load;
  for (std::size_t i = 3; i + 3 < out.size(); ++i) {
    if (levels.segment[i - 3] != levels.segment[i + 3]) continue;
    double sum = 0;
    for (int k = -3; k <= 3; ++k) sum += kWeights[k + 3] * levels.load[i + k];
    out[i] = sum / 21;
  }
  return out;
}

// The load is a covariate only where it moves more than its own noise.
bool LoadMoves(const Levels& levels, const Track& track) {
  if (!AllFinite(levels.load)) return false;
  Column moves;
  for (std::size_t i = 1; i < track.size(); ++i) {
    if (std::isfinite(track.load[i]) && std::isfinite(track.load[i - 1])) {
      moves.push_back(track.load[i] - track.load[i - 1]);
    }
  }
  const double noise = RobustSpread(moves) / std::sqrt(2.0) + 0.3;
  const double per_level = static_cast<double>(track.size()) / static_cast<double>(levels.size());
  const auto [low, high] = std::minmax_element(levels.load.begin(), levels.load.end());
  return StandardDeviation(levels.load) > 2.5 * noise / std::sqrt(std::max(per_level * 0.5, 1.0)) &&
         *high - *low > 0.15 * std::max(Mean(levels.load), 1e-9);
}

}  // namespace

bool AllFinite(const std::vector<double>& x) {
  return !x.empty() && std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

Covariates FindCovariates(const Levels& levels, const Track& track, bool peak_is_steady) {
  Covariates found;
  if (LoadMoves(levels, track)) {
    found.load = true;
    found.columns.push_back(Standardised(levels.load));
    // A gauge of load is noisy; a smooth load fits better smoothed, a stepped
    // one raw. Both may speak, or a wave and a slope would stand in for it.
    const Column smooth = Smoothed(levels);
    if (levels.size() >= 14 && StandardDeviation(smooth) > 0) found.columns.push_back(Standardised(smooth));
  }
  if (PeakBreathes(levels) || (peak_is_steady && PeakIsLargeEnough(levels))) {
    found.peak = true;
    found.columns.push_back(Standardised(levels.covariate));
  }
  return found;
}

}  // namespace seep::analysis
