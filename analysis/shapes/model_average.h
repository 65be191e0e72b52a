// Lets every shape compete for the levels and averages what they say.
//
// Bayesian model averaging: each model (up to two nuisances, at most one
// growth) gets exp(-BIC/2) times its prior; the residuals are whitened for
// AR(1) and reweighted once against outliers (detection.md, step 5).
// The contest itself is in tournament.h.
//
// Threads: pure function. Failure: needs at least 8 levels (SEEP_CHECKed).
#ifndef SEEP_ANALYSIS_SHAPES_MODEL_AVERAGE_H_
#define SEEP_ANALYSIS_SHAPES_MODEL_AVERAGE_H_

#include <vector>

#include "analysis/changepoint/levels.h"
#include "analysis/shapes/shape_set.h"

namespace seep::analysis {

// Of the bar: growth below it is none.
inline constexpr double kZeroShare = 0.25;

struct AverageInput {
  const Levels& levels;
  std::vector<Column> covariates;  // explained away in every model
  std::vector<int> operations;     // operations with a growth term of their own
  double bar_per_minute = 15;      // growth below a quarter of it is none
  double floor_sd = 8;             // noise below which levels are never believed
  std::vector<int> silent_operations = {};  // those that ran with the clock: measured, without a vote
};

// What one operation keeps if it is what the growth comes from: fitted on its
// own counts, so that a pace that changes does not bend it.
struct OperationShare {
  int operation = -1;
  double weight = 0;                // posterior share of "grows with this operation"; 0 if silent
  double kept = 0, low = 0, high = 0;  // per operation, with its 95 % interval
};

// All slopes per minute, over the last quarter of the run; the interval is of
// the slope at its very end, which is what a projection needs.
struct Average {
  double probability = 0;    // of growth above a quarter of the bar
  double slope = 0;          // averaged over every model
  double growth_slope = 0;   // averaged over the models that grow
  double end_slope = 0;      // the same at the very end of the run
  double low = 0, high = 0;  // 95 % interval of the slope
  double growth_low = 0, growth_high = 0;  // the same given growth above a quarter of the bar: "how much"
  double standard_error = 0; // of the line beside the best nuisance
  double still_warming = 0;  // growth_slope plus warm-up that has not ended
  double autocorrelation = 0;
  double residual_sd = 0;
  double local_noise = 0;    // from second differences: what no shape explains
  std::vector<Nuisance> best_nuisances;
  Column without_nuisances;  // the levels less intercepts, covariates and best nuisances
  Growth best_growth = Growth::kNone;
  double onset_s = 0;        // where the best growth begins
  bool begins_late = false;  // nothing grew before onset_s, a while after the start
  double warmup_end_s = 0;   // where the best warm-up is over; start of the levels if none
  double onset_weight = 0;
  std::vector<OperationShare> operations;
  double log_odds_over_best_nuisance = 0;  // how clearly growth beats the best shape without
  Nuisance rival = Nuisance::kNone;        // that shape
};

Average AverageModels(const AverageInput& input);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SHAPES_MODEL_AVERAGE_H_
