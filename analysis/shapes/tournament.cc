#include "analysis/shapes/tournament.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

// Priors (detection.md, step 5), settled on simulated runs, not on the scored ones.
constexpr double kGrowthPrior = 0.4;
constexpr double kPairPrior = 0.14;
constexpr double kMostAutocorrelation = 0.9;

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

std::vector<int> Everything(const AverageInput& input) {
  std::vector<int> all = input.operations;
  all.insert(all.end(), input.silent_operations.begin(), input.silent_operations.end());
  return all;
}

}  // namespace

Tournament::Tournament(const AverageInput& input)
    : input_(input),
      levels_(input.levels),
      shapes_(BuildShapes(levels_, Everything(input))),
      contest_(levels_.y, levels_.segment, input.covariates, input.floor_sd),
      growth_prior_(shapes_.growths.size()),
      silent_(shapes_.growths.size()) {
  contest_.SetShapes(shapes_);
  for (const NuisanceShape& nuisance : shapes_.nuisances) {
    ++kinds_[nuisance.kind];
    shares_[nuisance.kind] += nuisance.share;
  }
  initial_nuisances_ = static_cast<int>(shapes_.nuisances.size());
  SetGrowthPriors();
  for (std::size_t k = 0; k < shapes_.nuisances.size(); ++k) AddSingle(static_cast<int>(k));
}

void Tournament::SetGrowthPriors() {
  std::map<std::pair<Growth, int>, int> terms;
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    const GrowthShape& growth = shapes_.growths[g];
    const auto& voting = input_.operations;
    silent_[g] = growth.kind == Growth::kOperation && std::find(voting.begin(), voting.end(), growth.operation) == voting.end();
    ++terms[{growth.kind, growth.operation}];
  }
  double total = 0;
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    const GrowthShape& growth = shapes_.growths[g];
    if (!silent_[g]) total += Prior(growth.kind) / terms[{growth.kind, growth.operation}];
  }
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    const GrowthShape& growth = shapes_.growths[g];
    const int count = terms[{growth.kind, growth.operation}];
    growth_prior_[g] = growth.kind == Growth::kNone
                           ? std::log(1 - kGrowthPrior)
                           : std::log(kGrowthPrior * Prior(growth.kind) / total / count);
  }
}

double Tournament::NuisancePrior(int k) const {
  const Nuisance kind = shapes_.nuisances[k].kind;
  const double finer = k >= initial_nuisances_ ? std::log(0.5) : 0;
  return std::log(Prior(kind) * shapes_.nuisances[k].share / shares_.at(kind)) + finer;
}

void Tournament::AddSingle(int k) {
  for (std::size_t g = 0; g < shapes_.growths.size(); ++g) {
    if (Curved(shapes_.growths[g].kind) && AlreadyBends(shapes_.nuisances[k].kind)) continue;
    models_.push_back({k, 0, static_cast<int>(g), NuisancePrior(k) + growth_prior_[g]});
  }
}

void Tournament::AddPair(int a, int b) {
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
std::vector<int> Tournament::AddNeighbours(int k) {
  std::vector<int> added;
  for (NuisanceShape& shape : Neighbours(levels_, NuisanceShape(shapes_.nuisances[k]))) {
    added.push_back(static_cast<int>(shapes_.nuisances.size()));
    shapes_.nuisances.push_back(std::move(shape));
  }
  return added;
}

// Closes in on where the best single shapes really lie.
void Tournament::RefineSingles() {
  const std::vector<int> order = ByCost();
  for (std::size_t i = 0; i < std::min<std::size_t>(3, order.size()); ++i) {
    for (int k : AddNeighbours(order[i])) AddSingle(k);
  }
  contest_.SetShapes(shapes_);
}

// The same for the best model's members.
void Tournament::RefineBest() {
  const Model best = models_[best_];
  for (const auto& [one, other] : {std::pair{best.first, best.second}, {best.second, best.first}}) {
    if (one == 0) continue;
    for (int k : AddNeighbours(one)) {
      if (other == 0) AddSingle(k);
      else AddPair(k, other);
    }
  }
  contest_.SetShapes(shapes_);
}

std::vector<int> Tournament::ByCost() const {
  std::vector<double> best(shapes_.nuisances.size(), 1e18);
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    if (models_[i].second == 0 && votes(i)) best[models_[i].first] = std::min(best[models_[i].first], scores_[i].cost);
  }
  std::vector<int> order;
  for (std::size_t k = 1; k < best.size(); ++k) order.push_back(static_cast<int>(k));
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) { return best[x] < best[y]; });
  return order;
}

// The nuisances worth a companion: the best few, and the best of the shapes
// that a leak hides behind most easily.
std::vector<int> Tournament::PairCandidates() const {
  const std::vector<int> order = ByCost();
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

void Tournament::AddPairs() {
  for (int a : PairCandidates()) {
    for (int b = 1; b < static_cast<int>(shapes_.nuisances.size()); ++b) AddPair(a, b);
  }
}

// Autocorrelation of the best model's residuals; first time also Huber weights.
double Tournament::Reestimate(Column* weight) const {
  const int parameters = scores_[best_].parameters;
  Column r = contest_.Residuals(models_[best_]);
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

void Tournament::JudgeAll(const Column& weight) {
  contest_.Whiten(rho_, weight);
  scores_ = contest_.Judge(models_);
  best_ = 0;
  for (std::size_t i = 1; i < scores_.size(); ++i) {
    if (votes(i) && scores_[i].cost < scores_[best_].cost) best_ = i;
  }
}

void Tournament::Play() {
  Column weight(levels_.size(), 1.0);
  JudgeAll(weight);
  rho_ = Reestimate(&weight);
  JudgeAll(weight);
  for (int round = 0; round < 2; ++round) {
    RefineSingles();
    JudgeAll(weight);
  }
  rho_ = Reestimate(nullptr);
  if (levels_.size() >= 14) AddPairs();
  JudgeAll(weight);
  for (int round = 0; round < 2; ++round) {
    RefineBest();
    JudgeAll(weight);
  }
  rho_ = Reestimate(nullptr);
  JudgeAll(weight);
}

}  // namespace seep::analysis
