#include "analysis/shapes/model_average.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/shapes/mixture.h"
#include "analysis/shapes/tournament.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/trend/student_t.h"
#include "common/status/check.h"

namespace seep::analysis {
namespace {

constexpr double kNegligible = 1e-7;
constexpr double kBentOften = 4;    // times the prior of bent growth
constexpr double kHeldBack = 0.6;   // of a line's rise

// From second differences: what no shape explains.
double LocalNoise(const Levels& levels, double floor_sd) {
  Column curvature;
  for (std::size_t i = 2; i < levels.size(); ++i) {
    if (levels.segment[i] != levels.segment[i - 2]) continue;
    curvature.push_back(levels.y[i] - 2 * levels.y[i - 1] + levels.y[i - 2]);
  }
  return RobustSpread(curvature) / std::sqrt(6.0) + floor_sd;
}

double EffectiveLevels(const Tournament& played, const AverageInput& input) {
  const double rho = played.autocorrelation();
  return static_cast<double>(input.levels.size()) * (1 - rho) / (1 + rho);
}

// Posterior weights of the models; they sum to one.
std::vector<double> Weights(const Tournament& played) {
  const auto& scores = played.scores();
  std::vector<double> weights(scores.size(), 0.0);
  double total = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (played.votes(i) && scores[i].cost < 1e17) weights[i] = std::exp(-0.5 * (scores[i].cost - scores[played.best()].cost));
    total += weights[i];
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

// The voices of "how much": bent growth is rare, so its prior is small, but where
// the levels do not contradict it, it is what an interval of the slope at the
// end must allow for.
std::vector<Voice> HowMuch(std::vector<Voice> voices, const std::vector<bool>& curved) {
  double sum = 0;
  for (std::size_t i = 0; i < voices.size(); ++i) {
    if (curved[i]) voices[i].weight *= kBentOften;
    sum += voices[i].weight;
  }
  for (Voice& v : voices) v.weight /= std::max(sum, 1e-12);
  return voices;
}

void Summarise(const Tournament& played, const std::vector<double>& weights, const AverageInput& input, Average& out) {
  const auto& scores = played.scores();
  const auto& models = played.models();
  const auto& shapes = played.shapes();
  const std::size_t best = played.best();
  const double effective = EffectiveLevels(played, input);
  double growing = 0, slope_sum = 0, end_sum = 0;
  // The line beside the best nuisance tells how sharp a "no growth" is.
  double line_sd = 0;
  std::vector<Voice> voices;
  std::vector<bool> curved;  // voices'
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Model& model = models[i];
    const GrowthShape& growth = shapes.growths[model.growth];
    const double slope = scores[i].coefficient * growth.per_minute;
    const double sd = std::sqrt(std::max(scores[i].variance, 1e-18)) * std::abs(growth.per_minute);
    if (growth.kind == Growth::kLine && model.first == models[best].first &&
        model.second == models[best].second && scores[i].cost < 1e17) {
      line_sd = sd;
    }
    const double w = weights[i];
    if (w <= kNegligible || model.growth == 0) continue;
    const double dof = std::max(effective - scores[i].parameters, 3.0);
    out.probability += w * StudentTail((kZeroShare * input.bar_per_minute - slope) / std::max(sd, 1e-12), dof);
    growing += w;
    slope_sum += w * slope;
    const double bend = growth.per_minute > 0 ? growth.end_per_minute / growth.per_minute : 1;
    end_sum += w * slope * bend;
    voices.push_back({w, slope * bend, std::max(sd * bend, 1e-12), dof});
    curved.push_back(growth.kind == Growth::kQuadratic || growth.kind == Growth::kRoot || growth.kind == Growth::kLogarithm);
    if (growth.kind == Growth::kOnset) out.onset_weight += w;
  }
  out.slope = slope_sum;
  out.growth_slope = slope_sum / std::max(growing, 1e-12);
  out.end_slope = end_sum / std::max(growing, 1e-12);
  const double best_sd = std::sqrt(std::max(scores[best].variance, 1e-18)) *
                         std::abs(shapes.growths[models[best].growth].per_minute);
  out.standard_error = std::max(line_sd > 0 ? line_sd : best_sd, 1e-12);
  const double dof = std::max(effective - scores[best].parameters, 4.0);
  std::vector<Voice> given_growth = HowMuch(voices, curved);
  given_growth = Condensed(std::move(given_growth));
  // Where growth is as good as certain only "how much" is left to ask.
  if (growing > 0.9) {
    voices = given_growth;
  } else {
    voices.push_back({1 - growing, 0, out.standard_error, dof});
    voices = Condensed(std::move(voices));
  }
  out.low = MixtureQuantile(voices, 0.025);
  out.high = MixtureQuantile(voices, 0.975);
  if (given_growth.empty()) return;
  const double zero = kZeroShare * input.bar_per_minute;
  out.growth_low = MixtureQuantileAbove(given_growth, zero, 0.025);
  out.growth_high = MixtureQuantileAbove(given_growth, zero, 0.975);
}

// Growth plus what unfinished warm-ups still climb, over the weightiest models.
double StillWarming(const Tournament& played, const std::vector<double>& weights) {
  const auto& shapes = played.shapes();
  std::vector<std::pair<double, std::size_t>> loudest;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > kNegligible) loudest.emplace_back(weights[i], i);
  }
  double sum = 0;
  std::stable_sort(loudest.begin(), loudest.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t k = 0; k < std::min<std::size_t>(40, loudest.size()); ++k) {
    const auto [w, i] = loudest[k];
    const Model& model = played.models()[i];
    double rate = played.scores()[i].coefficient * shapes.growths[model.growth].per_minute;
    const Column coefficients = played.contest().NuisanceCoefficients(model);
    std::size_t c = 0;
    for (int nuisance : {model.first, model.second}) {
      const NuisanceShape& shape = shapes.nuisances[nuisance];
      if (!shape.columns.empty()) rate += coefficients[c] * shape.tail_per_minute;
      c += shape.columns.size();
    }
    sum += w * rate;
  }
  return sum;
}

// What each operation keeps, over the models that grow with it, however little they weigh beside the others.
void MeasureOperations(const Tournament& played, const std::vector<double>& weights, const AverageInput& input, Average& out) {
  const auto& scores = played.scores();
  const double effective = EffectiveLevels(played, input);
  for (std::size_t g = 0; g < played.shapes().growths.size(); ++g) {
    const GrowthShape& growth = played.shapes().growths[g];
    if (growth.kind != Growth::kOperation) continue;
    OperationShare share{growth.operation};
    double cheapest = 1e17, sum = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (played.models()[i].growth == static_cast<int>(g)) cheapest = std::min(cheapest, scores[i].cost);
    }
    std::vector<Voice> voices;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (played.models()[i].growth != static_cast<int>(g) || scores[i].cost >= 1e17) continue;
      share.weight += weights[i];
      const double w = std::exp(-0.5 * (scores[i].cost - cheapest));
      if (w <= kNegligible) continue;
      const double sd = std::sqrt(std::max(scores[i].variance, 1e-18)) * growth.per_operation;
      voices.push_back({w, scores[i].coefficient * growth.per_operation, sd, std::max(effective - scores[i].parameters, 3.0)});
      sum += w;
    }
    if (voices.empty()) continue;
    for (Voice& v : voices) {
      v.weight /= sum;
      share.kept += v.weight * v.slope;
    }
    voices = Condensed(std::move(voices));
    share.low = MixtureQuantile(voices, 0.025);
    share.high = MixtureQuantile(voices, 0.975);
    out.operations.push_back(share);
  }
}

// A line that a ramp of the opposite sign cancels is a late onset in other words:
// the ramp's end, in seconds of the run; 0 if the winner is not of that kind.
double HeldBackUntil(const Tournament& played) {
  const Model& winner = played.models()[played.best()];
  const auto& shapes = played.shapes();
  const NuisanceShape& ramp = shapes.nuisances[winner.first];
  if (winner.second != 0 || ramp.kind != Nuisance::kRampToFlat || shapes.growths[winner.growth].kind != Growth::kLine) return 0;
  const double line = played.scores()[played.best()].coefficient;
  return played.contest().NuisanceCoefficients(winner)[0] < -kHeldBack * line ? ramp.settles_at_s : 0;
}

void Describe(const Tournament& played, const AverageInput& input, Average& out) {
  const auto& scores = played.scores();
  const auto& shapes = played.shapes();
  const std::size_t best = played.best();
  const Model& winner = played.models()[best];
  out.without_nuisances = played.contest().Residuals(winner);
  if (winner.growth > 0) {
    const Column& growth = shapes.growths[winner.growth].column;
    for (std::size_t i = 0; i < growth.size(); ++i) out.without_nuisances[i] += scores[best].coefficient * growth[i];
  }
  out.warmup_end_s = input.levels.t.front();
  for (int nuisance : {winner.first, winner.second}) {
    if (nuisance == 0) continue;
    const NuisanceShape& shape = shapes.nuisances[nuisance];
    out.best_nuisances.push_back(shape.kind);
    if (shape.kind == Nuisance::kWarmUp || shape.kind == Nuisance::kSlowWarmUp || shape.kind == Nuisance::kRampToFlat) {
      out.warmup_end_s = std::max(out.warmup_end_s, shape.settles_at_s);
    }
  }
  const GrowthShape& growth = shapes.growths[winner.growth];
  out.best_growth = growth.kind;
  out.onset_s = growth.begins_at_s;
  out.begins_late = growth.kind == Growth::kOnset;
  if (const double from = HeldBackUntil(played); from > 0) {
    out.begins_late = true;
    out.onset_s = from;
  }
  double grown = 1e18, still = 1e18;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!played.votes(i)) continue;
    if (played.models()[i].growth > 0) {
      grown = std::min(grown, scores[i].cost);
    } else if (scores[i].cost < still) {
      still = scores[i].cost;
      out.rival = shapes.nuisances[played.models()[i].first].kind;
    }
  }
  out.log_odds_over_best_nuisance = std::clamp(0.5 * (still - grown), -1e4, 1e4);
}

}  // namespace

Average AverageModels(const AverageInput& input) {
  SEEP_CHECK(input.levels.size() >= 8) << "levels: " << input.levels.size();
  Tournament played(input);
  played.Play();
  const Score& best = played.scores()[played.best()];
  Average out;
  out.local_noise = LocalNoise(input.levels, input.floor_sd);
  out.residual_sd = std::sqrt(best.rss / std::max(static_cast<double>(input.levels.size()) - best.parameters, 1.0));
  out.autocorrelation = played.autocorrelation();
  const std::vector<double> weights = Weights(played);
  Summarise(played, weights, input, out);
  out.still_warming = StillWarming(played, weights);
  MeasureOperations(played, weights, input, out);
  Describe(played, input, out);
  return out;
}

}  // namespace seep::analysis
