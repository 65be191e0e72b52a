#include "analysis/shapes/model_average.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "analysis/shapes/contest.h"
#include "analysis/shapes/mixture.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/trend/student_t.h"
#include "common/status/check.h"

namespace seep::analysis {
namespace {

// Priors (detection.md, step 5), settled on simulated runs, not on the scored ones.
constexpr double kGrowthPrior = 0.4;
constexpr double kPairPrior = 0.14;
constexpr double kNegligible = 1e-7;
constexpr double kMostAutocorrelation = 0.9;
constexpr double kZeroShare = 0.25;  // of the bar: growth below it is none

double Prior(Nuisance kind) {
  switch (kind) {
    case Nuisance::kNone: return 0.45;
    case Nuisance::kWarmUp: return 0.12;
    case Nuisance::kManyPools: return 0.04;
    case Nuisance::kSlowWarmUp: return 0.004;
    case Nuisance::kRampToFlat: return 0.08;
    case Nuisance::kStep: return 0.08;
    case Nuisance::kLateWarmUp: return 0.06;
    case Nuisance::kWave: return 0.04;
    case Nuisance::kSlowWave: return 0.01;
  }
  return 0;
}

double Prior(Growth kind) {
  switch (kind) {
    case Growth::kNone: return 0;
    case Growth::kLine: return 0.45;
    case Growth::kOnset: return 0.20;
    case Growth::kOperation: return 0.10;
    case Growth::kQuadratic: return 0.07;
    case Growth::kRoot: return 0.05;
    case Growth::kLogarithm: return 0.03;
  }
  return 0;
}

bool Curved(Growth kind) { return kind == Growth::kRoot || kind == Growth::kLogarithm; }

// A root's start and a warm-up are the same thing twice.
bool AlreadyBends(Nuisance kind) {
  return kind == Nuisance::kWarmUp || kind == Nuisance::kManyPools || kind == Nuisance::kSlowWarmUp || kind == Nuisance::kRampToFlat ||
         kind == Nuisance::kLateWarmUp || kind == Nuisance::kSlowWave;
}

bool Suspicious(Nuisance kind) { return kind == Nuisance::kSlowWave || kind == Nuisance::kSlowWarmUp; }

class Averager {
 public:
  explicit Averager(const AverageInput& input)
      : input_(input),
        levels_(input.levels),
        shapes_(BuildShapes(levels_, input.operations)),
        contest_(levels_.y, levels_.segment, input.covariates, input.floor_sd) {
    contest_.SetShapes(shapes_);
    for (const NuisanceShape& nuisance : shapes_.nuisances) {
      ++kinds_[nuisance.kind];
      shares_[nuisance.kind] += nuisance.share;
    }
    initial_nuisances_ = static_cast<int>(shapes_.nuisances.size());
    growth_prior_.resize(shapes_.growths.size());
    SetGrowthPriors();
    for (std::size_t k = 0; k < shapes_.nuisances.size(); ++k) AddSingle(static_cast<int>(k));
  }

  Average Run();

 private:
  void SetGrowthPriors();
  double NuisancePrior(int k) const;
  void AddSingle(int k);
  void AddPair(int a, int b);
  std::vector<int> AddNeighbours(int k);
  void RefineSingles(const std::vector<Score>& scores);
  void RefineBest(const Model& best);
  std::vector<int> ByCost(const std::vector<Score>& scores) const;
  void AddPairs(const std::vector<Score>& scores);
  std::vector<int> PairCandidates(const std::vector<Score>& scores) const;
  double LocalNoise() const;
  double Reestimate(const Model& best, int parameters, Column* weight) const;
  void Summarise(const std::vector<Score>& scores, std::size_t best, Average& out) const;
  void Describe(const std::vector<Score>& scores, std::size_t best, Average& out) const;

  const AverageInput& input_;
  const Levels& levels_;
  ShapeSet shapes_;
  Contest contest_;
  std::map<Nuisance, int> kinds_;
  std::map<Nuisance, double> shares_;  // sums
  std::vector<double> growth_prior_;  // log
  std::vector<Model> models_;
  std::set<std::pair<int, int>> seen_;
  int initial_nuisances_ = 0;
  double rho_ = 0;
};

void Averager::SetGrowthPriors() {
  std::map<std::pair<Growth, int>, int> terms;
  for (const GrowthShape& growth : shapes_.growths) ++terms[{growth.kind, growth.operation}];
  double total = 0;
  for (const auto& [key, count] : terms) total += Prior(key.first);
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    const GrowthShape& growth = shapes_.growths[g];
    const int count = terms[{growth.kind, growth.operation}];
    growth_prior_[g] = growth.kind == Growth::kNone
                           ? std::log(1 - kGrowthPrior)
                           : std::log(kGrowthPrior * Prior(growth.kind) / total / count);
  }
}

double Averager::NuisancePrior(int k) const {
  const Nuisance kind = shapes_.nuisances[k].kind;
  const double finer = k >= initial_nuisances_ ? std::log(0.5) : 0;
  return std::log(Prior(kind) * shapes_.nuisances[k].share / shares_.at(kind)) + finer;
}

void Averager::AddSingle(int k) {
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    if (Curved(shapes_.growths[g].kind) && AlreadyBends(shapes_.nuisances[k].kind)) continue;
    models_.push_back({k, 0, static_cast<int>(g), NuisancePrior(k) + growth_prior_[g]});
  }
}

void Averager::AddPair(int a, int b) {
  if (a == b || !seen_.insert(std::minmax(a, b)).second) return;
  const bool doubtful = Suspicious(shapes_.nuisances[a].kind) || Suspicious(shapes_.nuisances[b].kind);
  const auto rarity = [&](int k) {
    const Nuisance kind = shapes_.nuisances[k].kind;
    return std::log(shapes_.nuisances[k].share * kinds_.at(kind) / shares_.at(kind));
  };
  const double prior =
      std::log(kPairPrior / initial_nuisances_ / 8) + (doubtful ? std::log(0.15) : 0) + rarity(a) + rarity(b);
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    if (Curved(shapes_.growths[g].kind)) continue;
    models_.push_back({a, b, static_cast<int>(g), prior + growth_prior_[g]});
  }
}

// Adds the shapes half a step around `k`; returns their indices.
std::vector<int> Averager::AddNeighbours(int k) {
  std::vector<int> added;
  for (NuisanceShape& shape : Neighbours(levels_, NuisanceShape(shapes_.nuisances[k]))) {
    added.push_back(static_cast<int>(shapes_.nuisances.size()));
    shapes_.nuisances.push_back(std::move(shape));
  }
  return added;
}

// Closes in on where the best single shapes really lie.
void Averager::RefineSingles(const std::vector<Score>& scores) {
  const std::vector<int> order = ByCost(scores);
  for (std::size_t i = 0; i < std::min<std::size_t>(3, order.size()); ++i) {
    for (int k : AddNeighbours(order[i])) AddSingle(k);
  }
  contest_.SetShapes(shapes_);
}

// The same for the best model's members.
void Averager::RefineBest(const Model& best) {
  for (const auto& [one, other] : {std::pair{best.first, best.second}, {best.second, best.first}}) {
    if (one == 0) continue;
    for (int k : AddNeighbours(one)) {
      if (other == 0) AddSingle(k);
      else AddPair(k, other);
    }
  }
  contest_.SetShapes(shapes_);
}

std::vector<int> Averager::ByCost(const std::vector<Score>& scores) const {
  std::vector<double> best(shapes_.nuisances.size(), 1e18);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (models_[i].second == 0) best[models_[i].first] = std::min(best[models_[i].first], scores[i].cost);
  }
  std::vector<int> order;
  for (std::size_t k = 1; k < best.size(); ++k) order.push_back(static_cast<int>(k));
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) { return best[x] < best[y]; });
  return order;
}

// The nuisances worth a companion: the best few, and the best of the shapes
// that a leak hides behind most easily.
std::vector<int> Averager::PairCandidates(const std::vector<Score>& scores) const {
  const std::vector<int> order = ByCost(scores);
  std::vector<int> picks;
  const auto pick = [&](int k) {
    if (std::find(picks.begin(), picks.end(), k) == picks.end()) picks.push_back(k);
  };
  for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i) pick(order[i]);
  for (const auto& [kind, most] : {std::pair{Nuisance::kStep, 2}, {Nuisance::kWarmUp, 2}, {Nuisance::kLateWarmUp, 1}}) {
    int left = most;
    for (int k : order) {
      if (left > 0 && shapes_.nuisances[k].kind == kind) pick(k), --left;
    }
  }
  return picks;
}

void Averager::AddPairs(const std::vector<Score>& scores) {
  for (int a : PairCandidates(scores)) {
    for (int b = 1; b < static_cast<int>(shapes_.nuisances.size()); ++b) AddPair(a, b);
  }
}

double Averager::LocalNoise() const {
  Column curvature;
  for (std::size_t i = 2; i < levels_.size(); ++i) {
    if (levels_.segment[i] != levels_.segment[i - 2]) continue;
    curvature.push_back(levels_.y[i] - 2 * levels_.y[i - 1] + levels_.y[i - 2]);
  }
  return RobustSpread(curvature) / std::sqrt(6.0) + input_.floor_sd;
}

// Autocorrelation of the best model's residuals; first time also Huber weights.
double Averager::Reestimate(const Model& best, int parameters, Column* weight) const {
  Column r = contest_.Residuals(best);
  const double spread = RobustSpread(r) + input_.floor_sd;
  if (weight != nullptr) {
    for (std::size_t i = 0; i < r.size(); ++i) {
      (*weight)[i] = std::min(1.0, 2.5 * spread / std::max(std::abs(r[i]), 1e-9));
    }
  }
  double lagged = 0, square = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    r[i] = std::clamp(r[i], -3 * spread, 3 * spread);
    square += r[i] * r[i];
    if (i > 0 && levels_.segment[i] == levels_.segment[i - 1]) lagged += r[i] * r[i - 1];
  }
  const double q = lagged / std::max(square, 1e-12);
  const double n = static_cast<double>(r.size());
  return std::clamp(q + (1 + 3 * std::max(q, 0.0)) * 0.5 * (parameters + 1) / n, 0.0, kMostAutocorrelation);
}

std::size_t Cheapest(const std::vector<Score>& scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    if (scores[i].cost < scores[best].cost) best = i;
  }
  return best;
}

Average Averager::Run() {
  Average out;
  out.local_noise = LocalNoise();
  const double n = static_cast<double>(levels_.size());
  Column weight(levels_.size(), 1.0);
  std::vector<Score> scores;
  std::size_t best = 0;
  const auto judge = [&] {
    contest_.Whiten(rho_, weight);
    scores = contest_.Judge(models_);
    best = Cheapest(scores);
  };
  judge();
  rho_ = Reestimate(models_[best], scores[best].parameters, &weight);
  judge();
  for (int round = 0; round < 2; ++round) {
    RefineSingles(scores);
    judge();
  }
  rho_ = Reestimate(models_[best], scores[best].parameters, nullptr);
  if (n >= 14) AddPairs(scores);
  judge();
  for (int round = 0; round < 2; ++round) {
    RefineBest(models_[best]);
    judge();
  }
  rho_ = Reestimate(models_[best], scores[best].parameters, nullptr);
  judge();
  out.residual_sd = std::sqrt(scores[best].rss / std::max(n - scores[best].parameters, 1.0));
  out.autocorrelation = rho_;
  Summarise(scores, best, out);
  Describe(scores, best, out);
  return out;
}

void Averager::Summarise(const std::vector<Score>& scores, std::size_t best, Average& out) const {
  const double n = static_cast<double>(levels_.size());
  const double effective = n * (1 - rho_) / (1 + rho_);
  double total = 0, growing = 0, slope_sum = 0, end_sum = 0;
  std::vector<double> weight(scores.size(), 0.0);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i].cost < 1e17) weight[i] = std::exp(-0.5 * (scores[i].cost - scores[best].cost));
    total += weight[i];
  }
  // The line beside the best nuisance tells how sharp a "no growth" is.
  double line_sd = 0;
  std::vector<Voice> voices;
  std::map<int, double> by_operation;
  std::vector<std::pair<double, std::size_t>> loudest;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Model& model = models_[i];
    const GrowthShape& growth = shapes_.growths[model.growth];
    const double slope = scores[i].coefficient * growth.per_minute;
    const double sd = std::sqrt(std::max(scores[i].variance, 1e-18)) * std::abs(growth.per_minute);
    if (growth.kind == Growth::kLine && model.first == models_[best].first &&
        model.second == models_[best].second && scores[i].cost < 1e17) {
      line_sd = sd;
    }
    const double w = weight[i] / total;
    if (w <= kNegligible) continue;
    loudest.emplace_back(w, i);
    if (model.growth == 0) continue;
    const double dof = std::max(effective - scores[i].parameters, 3.0);
    out.probability += w * StudentTail((kZeroShare * input_.bar_per_minute - slope) / std::max(sd, 1e-12), dof);
    growing += w;
    slope_sum += w * slope;
    const double bend = growth.per_minute > 0 ? growth.end_per_minute / growth.per_minute : 1;
    end_sum += w * slope * bend;
    voices.push_back({w, slope * bend, std::max(sd * bend, 1e-12), dof});
    if (growth.kind == Growth::kOperation) by_operation[growth.operation] += w;
    if (growth.kind == Growth::kOnset) out.onset_weight += w;
  }
  out.slope = slope_sum;
  out.growth_slope = slope_sum / std::max(growing, 1e-12);
  out.end_slope = end_sum / std::max(growing, 1e-12);
  const double best_sd = std::sqrt(std::max(scores[best].variance, 1e-18)) *
                         std::abs(shapes_.growths[models_[best].growth].per_minute);
  out.standard_error = std::max(line_sd > 0 ? line_sd : best_sd, 1e-12);
  const double dof = std::max(effective - scores[best].parameters, 4.0);
  // Where growth is as good as certain the interval answers "how much".
  const bool certain = growing > 0.9;
  if (!certain && growing < 1 - 1e-6) voices.push_back({1 - growing, 0, out.standard_error, dof});
  voices = Condensed(std::move(voices));
  if (certain) {
    for (Voice& v : voices) v.weight /= growing;
  }
  out.low = MixtureQuantile(voices, 0.025);
  out.high = MixtureQuantile(voices, 0.975);
  for (const auto& [operation, w] : by_operation) out.operations.push_back({operation, w});

  std::stable_sort(loudest.begin(), loudest.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t k = 0; k < std::min<std::size_t>(40, loudest.size()); ++k) {
    const auto [w, i] = loudest[k];
    const Model& model = models_[i];
    double rate = scores[i].coefficient * shapes_.growths[model.growth].per_minute;
    const Column coefficients = contest_.NuisanceCoefficients(model);
    std::size_t c = 0;
    for (int nuisance : {model.first, model.second}) {
      const NuisanceShape& shape = shapes_.nuisances[nuisance];
      if (!shape.columns.empty()) rate += coefficients[c] * shape.tail_per_minute;
      c += shape.columns.size();
    }
    out.still_warming += w * rate;
  }
}

void Averager::Describe(const std::vector<Score>& scores, std::size_t best, Average& out) const {
  const Model& winner = models_[best];
  out.without_nuisances = contest_.Residuals(winner);
  if (winner.growth > 0) {
    const Column& growth = shapes_.growths[winner.growth].column;
    for (std::size_t i = 0; i < growth.size(); ++i) out.without_nuisances[i] += scores[best].coefficient * growth[i];
  }
  out.warmup_end_s = levels_.t.front();
  for (int nuisance : {winner.first, winner.second}) {
    if (nuisance == 0) continue;
    const NuisanceShape& shape = shapes_.nuisances[nuisance];
    out.best_nuisances.push_back(shape.kind);
    if (shape.kind == Nuisance::kWarmUp || shape.kind == Nuisance::kSlowWarmUp || shape.kind == Nuisance::kRampToFlat) {
      out.warmup_end_s = std::max(out.warmup_end_s, shape.settles_at_s);
    }
  }
  const GrowthShape& growth = shapes_.growths[winner.growth];
  out.best_growth = growth.kind;
  out.onset_s = growth.begins_at_s;
  double grown = 1e18, still = 1e18;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (models_[i].growth > 0) {
      grown = std::min(grown, scores[i].cost);
    } else if (scores[i].cost < still) {
      still = scores[i].cost;
      out.rival = shapes_.nuisances[models_[i].first].kind;
    }
  }
  out.log_odds_over_best_nuisance = std::clamp(0.5 * (still - grown), -1e4, 1e4);
}

}  // namespace

Average AverageModels(const AverageInput& input) {
  SEEP_CHECK(input.levels.size() >= 8) << "levels: " << input.levels.size();
  return Averager(input).Run();
}

}  // namespace seep::analysis
