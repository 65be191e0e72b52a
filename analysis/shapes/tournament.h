// All shapes compete for the levels, in rounds: first alone, then closer to where
// the best really lie, then in pairs; autocorrelation and outliers are measured
// anew between rounds (detection.md, step 5).
//
// Threads: none. Owns: shapes, models and scores. Borrows the input until destroyed.
// Failure: needs at least 8 levels (the caller checks).
#ifndef SEEP_ANALYSIS_SHAPES_TOURNAMENT_H_
#define SEEP_ANALYSIS_SHAPES_TOURNAMENT_H_

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "analysis/shapes/contest.h"
#include "analysis/shapes/model_average.h"

namespace seep::analysis {

class Tournament {
 public:
  explicit Tournament(const AverageInput& input);

  void Play();

  const ShapeSet& shapes() const { return shapes_; }
  const std::vector<Model>& models() const { return models_; }
  const std::vector<Score>& scores() const { return scores_; }  // of models(), same order
  const Contest& contest() const { return contest_; }
  std::size_t best() const { return best_; }                    // index of the cheapest model with a vote
  double autocorrelation() const { return rho_; }
  // Operations that only keep step with the clock are measured, but as a second
  // line beside the line they would count growth twice: their models have no vote.
  bool votes(std::size_t model) const { return !silent_[models_[model].growth]; }

 private:
  void SetGrowthPriors();
  double NuisancePrior(int k) const;
  void AddSingle(int k);
  void AddPair(int a, int b);
  std::vector<int> AddNeighbours(int k);
  void RefineSingles();
  void RefineBest();
  std::vector<int> ByCost() const;
  void AddPairs();
  std::vector<int> PairCandidates() const;
  void JudgeAll(const Column& weight);
  double Reestimate(Column* weight) const;

  const AverageInput& input_;
  const Levels& levels_;
  ShapeSet shapes_;
  Contest contest_;
  std::map<Nuisance, int> kinds_;
  std::map<Nuisance, double> shares_;  // sums
  std::vector<double> growth_prior_;   // log
  std::vector<bool> silent_;           // growths
  std::vector<Model> models_;
  std::vector<Score> scores_;
  std::set<std::pair<int, int>> seen_;
  int initial_nuisances_ = 0;
  std::size_t best_ = 0;
  double rho_ = 0;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SHAPES_TOURNAMENT_H_
