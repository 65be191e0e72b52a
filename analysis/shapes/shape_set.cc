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
  Column age;          // seconds since the generation began
  double longest_age = 1e-9;
  double begin = 0, span = 1;
  double level_width = 1;

  explicit Axis(const Levels& levels) : t(levels.t), segment(levels.segment), age(levels.size()) {
    for (std::size_t i = 0; i < t.size(); ++i) {
      age[i] = t[i] - levels.born[i];
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

  // Slope per minute over the last seventh of the longest life, of a shape that
  // begins anew with each generation: a young last one is not "still climbing"
  // when its elders have shown where the climb ends.
  template <typename F>
  double OldAgePerMinute(F f) const {
    return 60 * (f(longest_age) - f(0.85 * longest_age)) / (0.15 * longest_age);
  }

  // Slope per minute over the last `share` of the run, within the last segment.
  double TailPerMinute(const Column& c, double share) const {
    std::size_t a = t.size() - 1;
    while (a > 0 && t[a - 1] >= t.back() - share * span && segment[a - 1] == segment.back()) --a;
    return 60 * (c.back() - c[a]) / std::max(t.back() - t[a], 1e-9);
  }
};

// Caches and pools fill early: one that takes most of the run to fill is
// rarer, and it is the one that is mistaken for a leak and a leak for it.
double EarlyShare(const Axis& axis, Nuisance kind, const ShapePlace& place) {
  const double e = axis.longest_age;
  if (kind == Nuisance::kRampToFlat) return std::pow(std::max(1 - place.time / e, 0.05), 2);
  if (kind == Nuisance::kWarmUp) return std::pow(std::max(1 - 2 * std::exp(place.log_tau) / e, 0.05), 2);
  return 1;
}

// The columns of one nuisance at its place.
NuisanceShape Draw(const Axis& axis, Nuisance kind, const ShapePlace& place) {
  NuisanceShape shape;
  shape.kind = kind;
  shape.place = place;
  const double tau = std::exp(place.log_tau), time = place.time, e = axis.longest_age;
  shape.settles_at_s = axis.begin;
  shape.share = EarlyShare(axis, kind, place);
  switch (kind) {
    case Nuisance::kNone: return shape;
    case Nuisance::kWarmUp:
    case Nuisance::kSlowWarmUp: {
      const auto rise = [tau](double x) { return 1 - std::exp(-x / tau); };
      shape.columns = {axis.Over(axis.age, rise)};
      shape.settles_at_s += 3 * tau;
      shape.tail_per_minute = axis.OldAgePerMinute(rise);
      return shape;
    }
    case Nuisance::kManyPools:
      // Three free amplitudes stand for any set of pools between the time constants.
      for (double share : {1.0, 0.25, 0.0625}) {
        shape.columns.push_back(axis.Over(axis.age, [=](double x) { return 1 - std::exp(-x / (share * tau)); }));
      }
      shape.settles_at_s += 3 * tau;
      shape.tail_per_minute = axis.OldAgePerMinute([tau](double x) { return 1 - std::exp(-x / tau); });
      return shape;
    case Nuisance::kRampToFlat:
      shape.columns = {axis.Over(axis.age, [=](double x) { return std::min(x, time) / e; })};
      shape.settles_at_s += time;
      return shape;
    case Nuisance::kStep:
      shape.columns = {axis.Over(axis.t, [time](double x) { return x >= time ? 1.0 : 0.0; })};
      shape.settles_at_s = time;
      return shape;
    case Nuisance::kLateWarmUp:
      shape.columns = {axis.Over(axis.t, [=](double x) { return x < time ? 0 : 1 - std::exp(-(x - time) / tau); })};
      shape.settles_at_s = time + 3 * tau;
      break;
    case Nuisance::kWave:
    case Nuisance::kSlowWave: {
      const double w = 2 * 3.14159265358979323846 * time / axis.span;
      shape.columns = {axis.Over(axis.t, [&](double x) { return std::sin(w * (x - axis.begin)); }),
                       axis.Over(axis.t, [&](double x) { return std::cos(w * (x - axis.begin)); })};
      return shape;
    }
  }
  shape.tail_per_minute = axis.TailPerMinute(shape.columns[0], 0.15);
  return shape;
}

void AddWarmUps(const Axis& axis, ShapeSet& set) {
  const double e = axis.longest_age;
  const double shortest = std::log(std::max(0.5 * axis.level_width, 0.008 * e));
  const double step = (std::log(0.36 * e) - shortest) / 8;
  for (int i = 0; i < 9; ++i) set.nuisances.push_back(Draw(axis, Nuisance::kWarmUp, {0, 0, shortest + step * i, step}));
  for (double share : {0.55, 0.85, 1.4}) {
    set.nuisances.push_back(Draw(axis, Nuisance::kSlowWarmUp, {0, 0, std::log(share * e), 0}));
  }
  for (double share : {0.06, 0.10, 0.16}) {
    set.nuisances.push_back(Draw(axis, Nuisance::kManyPools, {0, 0, std::log(share * e), 0.5}));
  }
}

void AddRampsAndSteps(const Axis& axis, ShapeSet& set) {
  const double e = axis.longest_age;
  for (int i = 0; i < 11; ++i) {
    set.nuisances.push_back(Draw(axis, Nuisance::kRampToFlat, {(0.08 + 0.064 * i) * e, 0.064 * e, 0, 0}));
  }
  const std::size_t n = axis.t.size();
  for (std::size_t k = 2; k + 1 < n; k += std::max<std::size_t>(1, n / 28)) {
    if (axis.segment[k] != axis.segment[k - 1]) continue;
    set.nuisances.push_back(Draw(axis, Nuisance::kStep, {axis.t[k] - 1e-9, 0, 0, 0}));
  }
}

void AddLateWarmUps(const Axis& axis, ShapeSet& set) {
  const double step = 0.60 / 18 * axis.span;
  for (int i = 0; i < 19; ++i) {
    for (double share : {0.012, 0.035, 0.08}) {
      set.nuisances.push_back(Draw(axis, Nuisance::kLateWarmUp,
                                   {axis.begin + 0.10 * axis.span + step * i, step, std::log(share * axis.span), 0.9}));
    }
  }
}

// Only within one generation: across restarts, intercepts and waves together
// could imitate anything.
void AddWaves(const Axis& axis, ShapeSet& set) {
  if (axis.segment.front() != axis.segment.back()) return;
  for (double cycles : {1.3, 1.7, 2.1, 2.6, 3.2, 4.0, 5.0, 6.0, 7.5, 9.0}) {
    if (static_cast<double>(axis.t.size()) < 4 * cycles) continue;
    set.nuisances.push_back(
        Draw(axis, cycles > 2 ? Nuisance::kWave : Nuisance::kSlowWave, {cycles, cycles < 3 ? 0.45 : 0.2 * cycles, 0, 0}));
  }
}

void AddGrowths(const Axis& axis, ShapeSet& set) {
  const double e = axis.longest_age;
  const auto curved = [&](Growth kind, auto f) {
    Column c = axis.Over(axis.age, f);
    const double late = axis.TailPerMinute(c, 0.25);
    // From the shape itself: the last twentieth of the run may hold one level only.
    const double age = axis.age.back(), step = std::min(0.05 * axis.span, age);
    const double end = step > 0 ? 60 * (f(age) - f(age - step)) / step : late;
    set.growths.push_back({kind, -1, std::move(c), late, end, 0, axis.begin});
  };
  set.growths.push_back({Growth::kLine, -1, axis.Over(axis.age, [e](double x) { return x / e; }), 60 / e, 60 / e, 0, axis.begin});
  curved(Growth::kRoot, [e](double x) { return std::sqrt(x / e); });
  curved(Growth::kQuadratic, [e](double x) { return x * x / (e * e); });
  curved(Growth::kLogarithm, [e](double x) { return std::log1p(x / (0.01 * e)); });
  for (int i = 0; i < 9; ++i) {
    const double from = axis.begin + (0.15 + 0.075 * i) * axis.span;
    set.growths.push_back({Growth::kOnset,
                           -1,
                           axis.Over(axis.t, [&](double x) { return std::max(x - from, 0.0) / axis.span; }),
                           60 / axis.span,
                           60 / axis.span,
                           0,
                           from});
  }
}

}  // namespace

std::string_view NuisanceName(Nuisance kind) {
  switch (kind) {
    case Nuisance::kNone: return "flat";
    case Nuisance::kWarmUp: return "saturating cache";
    case Nuisance::kManyPools: return "set of filling pools";
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

std::vector<NuisanceShape> Neighbours(const Levels& levels, const NuisanceShape& shape) {
  const Axis axis(levels);
  const ShapePlace& p = shape.place;
  const double time = p.time_step / 2, tau = p.log_tau_step / 2;
  std::vector<NuisanceShape> around;
  for (int i : {-1, 1}) {
    if (time > 0) around.push_back(Draw(axis, shape.kind, {p.time + i * time, time, p.log_tau, tau}));
    if (tau > 0) around.push_back(Draw(axis, shape.kind, {p.time, time, p.log_tau + i * tau, tau}));
  }
  return around;
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
    double start = axis.t.front();
    for (std::size_t i = 0; i < c.size(); ++i) {
      if (i > 0 && levels.segment[i] != levels.segment[i - 1]) start = axis.t[i];
      if (i + 1 < c.size() && levels.segment[i + 1] == levels.segment[i]) continue;
      total += c[i];
      minutes += (axis.t[i] - start) / 60;
    }
    const double most = *std::max_element(c.begin(), c.end());
    if (most <= 0 || minutes <= 0) continue;
    for (double& v : c) v /= most;
    set.growths.push_back({Growth::kOperation, operation, std::move(c), total / most / minutes, total / most / minutes, 1 / most, axis.begin});
  }
  return set;
}

}  // namespace seep::analysis
