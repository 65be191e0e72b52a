#include "analysis/compare/level.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/ar_slope.h"
#include "analysis/trend/student_t.h"

namespace seep::analysis {
namespace {

constexpr double kMemoryNoise = 8 * 1024;  // two pages, as the judge has it
constexpr double kCountNoise = 0.3;

// The first position at or after the end of the warm-up.
double WarmPosition(const Curve& curve, double warm_s, Alignment align) {
  const std::vector<double>& x = Positions(curve, align);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    if (!(curve.t_s[i] < warm_s)) return x[i];  // an unknown warm-up cuts nothing off
  }
  return x.back();
}

}  // namespace

const std::vector<double>& Positions(const Curve& curve, Alignment align) {
  return align == Alignment::kTime ? curve.t_s : curve.operations;
}

Stretch InCommon(const Curve& a, double a_warm_s, const Curve& b, double b_warm_s, Alignment align) {
  const std::vector<double>& xa = Positions(a, align);
  const std::vector<double>& xb = Positions(b, align);
  if (xa.empty() || xb.empty()) return {0, -1};
  return {std::max(WarmPosition(a, a_warm_s, align), WarmPosition(b, b_warm_s, align)),
          std::min(*std::max_element(xa.begin(), xa.end()), *std::max_element(xb.begin(), xb.end()))};
}

Level LevelOver(const Curve& curve, Alignment align, Stretch stretch, const std::string& unit) {
  const std::vector<double>& position = Positions(curve, align);
  std::vector<double> t, y;
  for (std::size_t i = 0; i < position.size(); ++i) {
    if (position[i] < stretch.begin || position[i] > stretch.end) continue;
    t.push_back(curve.t_s[i]);
    y.push_back(curve.level[i]);
  }
  Level level;
  if (t.size() < kFewestLevelPoints) {
    level.missing = "fewer than " + std::to_string(kFewestLevelPoints) + " points in common after the warm-up";
    return level;
  }
  // One intercept for all lives of the target: what they differ by is part of
  // the uncertainty here, as nobody knows which life another run would have had.
  const SlopeFit fit = AutocorrelatedSlope(t, y, std::vector<int>(t.size(), 0), {}, unit == "bytes" ? kMemoryNoise : kCountNoise);
  if (fit.level_error > 1e17) {
    level.missing = "its points tell no level apart from a slope";
    return level;
  }
  const double width = StudentQuantile(0.025, std::max(3.0, fit.independent - 2)) * fit.level_error;
  level.estimate = {fit.level, fit.level - width, fit.level + width};
  return level;
}

}  // namespace seep::analysis
