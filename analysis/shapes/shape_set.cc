#include "analysis/shapes/shape_set.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

// What the shapes are drawn over.
struct Axis {
  const Column& t;
  const std::vector<int>& segment;
  Column age;          // seconds since the segment's first level
  double longest_age = 1e-9;
  double begin = 0, span = 1;
  double level_width = 1;

  explicit Axis(const Levels& levels) : t(levels.t), segment(levels.segment), age(levels.size()) {
    double start = t.front();
    for (std::size_t i = 0; i < t.size(); ++i) {
      if (i > 0 && segment[i] != segment[i - 1]) start = t[i];
      age[i] = t[i] - start;
      longest_age = std::max(longest_age, age[i]);
    }
    begin = t.front();
    span = std::max(t.back() - t.front(), 1e-9);
    Column steps;
    for (std::size_t i = 1; i < t.size(); ++i) steps.push_back(t[i] - t[i - 1]);
    level_width = Median(steps);
  }

  template <typename F>
  Column Over(const Column& x, F f) const {
    Column c(x.size());
    std::transform(x.begin(), x.end(), c.begin(), f);
    return c;
  }

  // Slope per minute over the last `share` of the run, within the last segment.
  double TailPerMinute(const Column& c, double share) const {
    std::size_t a = t.size() - 1;
    while (a > 0 && t[a - 1] >= t.back() - share * span && segment[a - 1] == segment.back()) --a;
    return 60 * (c.back() - c[a]) / std::max(t.back() - t[a], 1e-9);
  }
};

void AddWarmUps(const Axis& axis, ShapeSet& set) {
  const double e = axis.longest_age;
  const auto add = [&](double tau, Nuisance kind) {
    Column c = axis.Over(axis.age, [tau](double x) { return 1 - std::exp(-x / tau); });
    const double tail = axis.TailPerMinute(c, 0.15);
    set.nuisances.push_back({kind, {std::move(c)}, tail, axis.begin + 3 * tau});
  };
  const double shortest = std::log(std::max(0.5 * axis.level_width, 0.008 * e));
  const double longest = std::log(0.36 * e);
  for (int i = 0; i < 9; ++i) add(std::exp(shortest + (longest - shortest) * i / 8), Nuisance::kWarmUp);
  for (double share : {0.55, 0.85, 1.4}) add(share * e, Nuisance::kSlowWarmUp);
}

void AddRampsAndSteps(const Axis& axis, ShapeSet& set) {
  const double e = axis.longest_age;
  for (int i = 0; i < 11; ++i) {
    const double full = (0.08 + 0.064 * i) * e;
    set.nuisances.push_back({Nuisance::kRampToFlat,
                             {axis.Over(axis.age, [=](double x) { return std::min(x, full) / e; })},
                             0,
                             axis.begin + full});
  }
  const std::size_t n = axis.t.size();
  for (std::size_t k = 2; k + 1 < n; k += std::max<std::size_t>(1, n / 28)) {
    if (axis.segment[k] != axis.segment[k - 1]) continue;
    const double at = axis.t[k] - 1e-9;
    set.nuisances.push_back(
        {Nuisance::kStep, {axis.Over(axis.t, [at](double x) { return x >= at ? 1.0 : 0.0; })}, 0, at});
  }
}

void AddLateWarmUps(const Axis& axis, ShapeSet& set) {
  for (int i = 0; i < 19; ++i) {
    const double from = axis.begin + (0.10 + 0.60 * i / 18) * axis.span;
    for (double share : {0.012, 0.035, 0.08}) {
      const double tau = share * axis.span;
      Column c = axis.Over(axis.t, [=](double x) { return x < from ? 0 : 1 - std::exp(-(x - from) / tau); });
      const double tail = axis.TailPerMinute(c, 0.15);
      set.nuisances.push_back({Nuisance::kLateWarmUp, {std::move(c)}, tail, from + 3 * tau});
    }
  }
}

// Only within one generation: across restarts, intercepts and waves together
// could imitate anything.
void AddWaves(const Axis& axis, ShapeSet& set) {
  if (axis.segment.front() != axis.segment.back()) return;
  for (double cycles : {1.3, 1.7, 2.1, 2.6, 3.2, 4.0, 5.0, 6.0, 7.5, 9.0}) {
    if (static_cast<double>(axis.t.size()) < 4 * cycles) continue;
    const double w = 2 * 3.14159265358979323846 * cycles / axis.span;
    set.nuisances.push_back({cycles > 2 ? Nuisance::kWave : Nuisance::kSlowWave,
                             {axis.Over(axis.t, [&](double x) { return std::sin(w * (x - axis.begin)); }),
                              axis.Over(axis.t, [&](double x) { return std::cos(w * (x - axis.begin)); })},
                             0,
                             axis.begin});
  }
}

void AddGrowths(const Axis& axis, ShapeSet& set) {
  const double e = axis.longest_age;
  const auto curved = [&](Growth kind, auto f) {
    Column c = axis.Over(axis.age, f);
    const double tail = axis.TailPerMinute(c, 0.25);
    set.growths.push_back({kind, -1, std::move(c), tail, axis.begin});
  };
  set.growths.push_back({Growth::kLine, -1, axis.Over(axis.age, [e](double x) { return x / e; }), 60 / e, axis.begin});
  curved(Growth::kRoot, [e](double x) { return std::sqrt(x / e); });
  curved(Growth::kQuadratic, [e](double x) { return x * x / (e * e); });
  curved(Growth::kLogarithm, [e](double x) { return std::log1p(x / (0.01 * e)); });
  for (int i = 0; i < 9; ++i) {
    const double from = axis.begin + (0.15 + 0.075 * i) * axis.span;
    set.growths.push_back({Growth::kOnset,
                           -1,
                           axis.Over(axis.t, [&](double x) { return std::max(x - from, 0.0) / axis.span; }),
                           60 / axis.span,
                           from});
  }
}

}  // namespace

std::string_view NuisanceName(Nuisance kind) {
  switch (kind) {
    case Nuisance::kNone: return "flat";
    case Nuisance::kWarmUp: return "saturating cache";
    case Nuisance::kSlowWarmUp: return "slow warm-up";
    case Nuisance::kRampToFlat: return "filling cache";
    case Nuisance::kStep: return "one-time step";
    case Nuisance::kLateWarmUp: return "second warm-up";
    case Nuisance::kWave: return "wave";
    case Nuisance::kSlowWave: return "slow wave";
  }
  return "?";
}

std::string_view GrowthName(Growth kind) {
  switch (kind) {
    case Growth::kNone: return "no growth";
    case Growth::kLine: return "line";
    case Growth::kOnset: return "late onset";
    case Growth::kOperation: return "per operation";
    case Growth::kQuadratic: return "accelerating";
    case Growth::kRoot: return "slowing growth";
    case Growth::kLogarithm: return "logarithmic growth";
  }
  return "?";
}

Column OperationsWithinSegments(const Levels& levels, int operation) {
  const Column& count = levels.operations[operation];
  Column out(count.size());
  double start = count.empty() ? 0 : count.front();
  for (std::size_t i = 0; i < count.size(); ++i) {
    if (i > 0 && levels.segment[i] != levels.segment[i - 1]) start = count[i];
    out[i] = count[i] - start;
  }
  return out;
}

ShapeSet BuildShapes(const Levels& levels, const std::vector<int>& operations) {
  ShapeSet set;
  set.nuisances.emplace_back();
  set.growths.emplace_back();
  const Axis axis(levels);
  AddWarmUps(axis, set);
  AddRampsAndSteps(axis, set);
  AddLateWarmUps(axis, set);
  AddWaves(axis, set);
  AddGrowths(axis, set);
  for (int operation : operations) {
    Column c = OperationsWithinSegments(levels, operation);
    double total = 0, minutes = 0;  // over all generations
    for (std::size_t i = 0; i < c.size(); ++i) {
      if (i + 1 < c.size() && levels.segment[i + 1] == levels.segment[i]) continue;
      total += c[i];
      minutes += axis.age[i] / 60;
    }
    const double most = *std::max_element(c.begin(), c.end());
    if (most <= 0 || minutes <= 0) continue;
    for (double& v : c) v /= most;
    set.growths.push_back({Growth::kOperation, operation, std::move(c), total / most / minutes, axis.begin});
  }
  return set;
}

}  // namespace seep::analysis
