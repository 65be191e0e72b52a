// The difference of one figure between two runs.
//
// Interval: MOVER, the method of variance estimates recovery (Zou and Donner,
//   "Construction of confidence limits about effect measures", Statistics in
//   Medicine 27, 2008): with estimates a [la, ua] and b [lb, ub] of independent
//   runs the 95 % limits of b - a are
//     (b - a) - sqrt((b - lb)² + (ua - a)²)  and  (b - a) + sqrt((ub - b)² + (a - la)²).
//   It needs nothing but the two intervals, which may be lopsided, as the
//   judge's are; so a difference is exactly as careful as the judge.
// Outcome: SAME is equivalence by inclusion of the interval (Schuirmann, 1987);
//   WORSE and BETTER need both: zero outside the interval, and an estimate
//   beyond the tolerance. What is neither cannot be told.
//
// Threads: pure functions. Failure: what is not known gives kCannotTell and
//   says why in `missing`.
#ifndef SEEP_ANALYSIS_COMPARE_DIFFERENCE_H_
#define SEEP_ANALYSIS_COMPARE_DIFFERENCE_H_

#include <cstdint>
#include <string>

#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// Of the new run against the base; growth and level are always better low.
enum class Outcome : std::uint8_t { kCannotTell, kSame, kBetter, kWorse };

struct Difference {
  Estimate base, run, delta;  // delta = run - base
  double tolerance = kUnknown;
  Outcome outcome = Outcome::kCannotTell;
  std::string missing;  // why there is no delta
};

Difference Between(const Estimate& base, const Estimate& run, double tolerance);
Difference Missing(std::string why);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_COMPARE_DIFFERENCE_H_
