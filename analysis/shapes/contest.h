// One round of the contest: all models against the same whitened levels.
//
// Threads: none. Owns: the Gram matrix of the columns. Failure: models that the
// data cannot tell apart (collinear, too few levels) are left out.
#ifndef SEEP_ANALYSIS_SHAPES_CONTEST_H_
#define SEEP_ANALYSIS_SHAPES_CONTEST_H_

#include <Eigen/Dense>
#include <vector>

#include "analysis/shapes/shape_set.h"

namespace seep::analysis {

// Up to two nuisances (indices into ShapeSet::nuisances; 0 is none) and a growth.
struct Model {
  int first = 0, second = 0, growth = 0;
  double log_prior = 0;
};

struct Score {
  double cost = 1e18;  // BIC - 2 log prior; 1e18: not a candidate
  double rss = 0;
  double coefficient = 0, variance = 0;  // of the growth column
  int parameters = 0;
};

class Contest {
 public:
  Contest(const Column& y, const std::vector<int>& segment, const std::vector<Column>& covariates, double floor_sd);

  // The shapes that Model's indices mean from now on; Whiten must follow.
  // Borrowed: they must outlive the contest.
  void SetShapes(const ShapeSet& shapes);

  // Everything is measured afresh under this autocorrelation and these weights.
  void Whiten(double rho, const Column& weight);

  // Scores of all models; `models` with equal `first` and `second` should be
  // neighbours, because the reduction by them is shared.
  std::vector<Score> Judge(const std::vector<Model>& models) const;

  // Residuals of one model in the levels' own units, whitening undone.
  Column Residuals(const Model& model) const;

  // Coefficients of the model's nuisance columns, first's before second's.
  Column NuisanceCoefficients(const Model& model) const;

  int base_parameters() const { return base_parameters_; }

 private:
  std::vector<int> NuisanceColumns(const Model& model) const;
  Eigen::VectorXd Whitened(const Column& column) const;

  const std::vector<int>& segment_;
  const ShapeSet* shapes_ = nullptr;
  double floor_sd_;
  int levels_;
  int base_parameters_ = 0;
  double rho_ = 0;
  Column weight_;
  Column y_;                    // around its median
  std::vector<Column> base_;    // an intercept a segment, then the covariates
  std::vector<Column> columns_; // nuisances, growths
  std::vector<int> nuisance_at_, growth_at_;
  Eigen::MatrixXd gram_;        // of columns_ and, last, y, without the base
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SHAPES_CONTEST_H_
