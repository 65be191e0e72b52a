// The level of a curve over a stretch of time or of operations.
//
// The mean of its points about their own line, with the standard error of
// trend/ar_slope.h (AR(1) residuals) and Student's quantile on as many degrees
// of freedom as independent points remain.
//
// Threads: pure functions.
// Failure: an unknown estimate; `missing` says why.
#ifndef SEEP_ANALYSIS_COMPARE_LEVEL_H_
#define SEEP_ANALYSIS_COMPARE_LEVEL_H_

#include <string>

#include "analysis/series/curve.h"
#include "analysis/verdict/verdict.h"

namespace seep::analysis {

enum class Alignment : std::uint8_t { kTime, kOperations };

// Where a point of a curve lies: seconds, or operations.
const std::vector<double>& Positions(const Curve& curve, Alignment align);

struct Stretch {
  double begin = 0, end = 0;  // positions
};
inline constexpr std::size_t kFewestLevelPoints = 8;

struct Level {
  Estimate estimate;
  std::string missing;
};
Level LevelOver(const Curve& curve, Alignment align, Stretch stretch, const std::string& unit);

// What both curves have, from the later end of their warm-ups on. Empty
// (end < begin) where they have nothing in common.
Stretch InCommon(const Curve& a, double a_warm_s, const Curve& b, double b_warm_s, Alignment align);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_COMPARE_LEVEL_H_
