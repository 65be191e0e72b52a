#include "analysis/compare/difference.h"

#include <algorithm>
#include <cmath>

namespace seep::analysis {
namespace {

bool Whole(const Estimate& e) { return std::isfinite(e.value) && std::isfinite(e.low) && std::isfinite(e.high); }

// How far each limit lies from the figure; the judge may report a figure at the
// very edge of its interval.
double Below(const Estimate& e) { return std::max(0.0, e.value - e.low); }
double Above(const Estimate& e) { return std::max(0.0, e.high - e.value); }

Outcome OutcomeOf(const Estimate& delta, double tolerance) {
  if (delta.low >= -tolerance && delta.high <= tolerance) return Outcome::kSame;
  if (delta.low > 0 && delta.value > tolerance) return Outcome::kWorse;
  if (delta.high < 0 && delta.value < -tolerance) return Outcome::kBetter;
  return Outcome::kCannotTell;
}

}  // namespace

Difference Between(const Estimate& base, const Estimate& run, double tolerance) {
  Difference d;
  d.base = base;
  d.run = run;
  d.tolerance = tolerance;
  if (!Whole(base) || !Whole(run)) {
    const bool both = !Whole(base) && !Whole(run);
    d.missing = both ? "not known of either run" : !Whole(base) ? "not known of the base" : "not known of the new run";
    return d;
  }
  d.delta.value = run.value - base.value;
  d.delta.low = d.delta.value - std::hypot(Below(run), Above(base));
  d.delta.high = d.delta.value + std::hypot(Above(run), Below(base));
  d.outcome = OutcomeOf(d.delta, tolerance);
  return d;
}

Difference Missing(std::string why) {
  Difference d;
  d.missing = std::move(why);
  return d;
}

}  // namespace seep::analysis
