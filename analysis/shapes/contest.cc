#include "analysis/shapes/contest.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

// A column that keeps less than this of itself beside the others is theirs.
constexpr double kCollinear = 1e-7;

// The Gram entries of growths and y once up to six nuisance columns are out:
// `a` of each growth with itself, `b` with y, and y's own rest.
struct Reduced {
  Column a, b;
  double yy = 0;
  bool usable = true;
};

Reduced Reduce(const Eigen::MatrixXd& gram, const std::vector<int>& columns, const std::vector<int>& growth_at) {
  const int y = static_cast<int>(gram.rows()) - 1;
  const int m = static_cast<int>(columns.size());
  Reduced out;
  // Cholesky of the nuisances' own block; at most 6 x 6.
  double l[6][6] = {};
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = gram(columns[i], columns[j]);
      for (int k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
      if (i != j) {
        l[i][j] = sum / l[j][j];
      } else if (sum > kCollinear * gram(columns[i], columns[i]) && sum > 0) {
        l[i][i] = std::sqrt(sum);
      } else {
        out.usable = false;
        return out;
      }
    }
  }
  const auto forward = [&](int column, double* z) {
    for (int i = 0; i < m; ++i) {
      double sum = gram(columns[i], column);
      for (int k = 0; k < i; ++k) sum -= l[i][k] * z[k];
      z[i] = sum / l[i][i];
    }
  };
  double zy[6], zg[6];
  forward(y, zy);
  out.yy = gram(y, y);
  for (int i = 0; i < m; ++i) out.yy -= zy[i] * zy[i];
  out.yy = std::max(out.yy, 0.0);
  out.a.resize(growth_at.size());
  out.b.resize(growth_at.size());
  for (std::size_t g = 1; g < growth_at.size(); ++g) {
    forward(growth_at[g], zg);
    double a = gram(growth_at[g], growth_at[g]), b = gram(growth_at[g], y);
    for (int i = 0; i < m; ++i) {
      a -= zg[i] * zg[i];
      b -= zg[i] * zy[i];
    }
    out.a[g] = a;
    out.b[g] = b;
  }
  return out;
}

}  // namespace

Contest::Contest(const Column& y, const std::vector<int>& segment, const std::vector<Column>& covariates,
                 double floor_sd)
    : segment_(segment), floor_sd_(floor_sd), levels_(static_cast<int>(y.size())), y_(y) {
  const double middle = Median(y);
  for (double& v : y_) v -= middle;
  for (int begin = 0; begin < levels_;) {
    Column indicator(levels_, 0.0);
    int end = begin;
    for (; end < levels_ && segment[end] == segment[begin]; ++end) indicator[end] = 1;
    base_.push_back(std::move(indicator));
    begin = end;
  }
  base_.insert(base_.end(), covariates.begin(), covariates.end());
  base_parameters_ = static_cast<int>(base_.size());
}

void Contest::SetShapes(const ShapeSet& shapes) {
  shapes_ = &shapes;
  columns_.clear();
  nuisance_at_.clear();
  growth_at_.clear();
  for (const NuisanceShape& nuisance : shapes.nuisances) {
    nuisance_at_.push_back(static_cast<int>(columns_.size()));
    columns_.insert(columns_.end(), nuisance.columns.begin(), nuisance.columns.end());
  }
  for (const GrowthShape& growth : shapes.growths) {
    growth_at_.push_back(static_cast<int>(columns_.size()));
    if (!growth.column.empty()) columns_.push_back(growth.column);
  }
}

Eigen::VectorXd Contest::Whitened(const Column& column) const {
  Eigen::VectorXd out(levels_);
  for (int i = 0; i < levels_; ++i) {
    const bool first = i == 0 || segment_[i] != segment_[i - 1];
    out[i] = weight_[i] * (first ? column[i] * std::sqrt(1 - rho_ * rho_) : column[i] - rho_ * column[i - 1]);
  }
  return out;
}

void Contest::Whiten(double rho, const Column& weight) {
  rho_ = rho;
  weight_ = weight;
  const int n = static_cast<int>(columns_.size()) + 1;
  Eigen::MatrixXd z(levels_, n);
  for (int c = 0; c + 1 < n; ++c) z.col(c) = Whitened(columns_[c]);
  z.col(n - 1) = Whitened(y_);
  std::vector<Eigen::VectorXd> basis;
  for (const Column& column : base_) {
    Eigen::VectorXd v = Whitened(column);
    const double before = v.squaredNorm();
    for (const Eigen::VectorXd& b : basis) v -= v.dot(b) * b;
    const double norm = v.squaredNorm();
    if (norm > 1e-10 * before && norm > 0) basis.push_back(v / std::sqrt(norm));
  }
  for (const Eigen::VectorXd& b : basis) {
    const Eigen::RowVectorXd share = b.transpose() * z;
    z.noalias() -= b * share;
  }
  gram_.noalias() = z.transpose() * z;
}

std::vector<int> Contest::NuisanceColumns(const Model& model) const {
  std::vector<int> columns;
  for (int nuisance : {model.first, model.second}) {
    for (std::size_t k = 0; k < shapes_->nuisances[nuisance].columns.size(); ++k) {
      columns.push_back(nuisance_at_[nuisance] + static_cast<int>(k));
    }
  }
  return columns;
}

std::vector<Score> Contest::Judge(const std::vector<Model>& models) const {
  std::vector<Score> scores(models.size());
  const double n = levels_;
  const double floor = n * floor_sd_ * floor_sd_;
  Reduced reduced;
  int held_first = -1, held_second = -1, nuisance_columns = 0;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const Model& model = models[i];
    if (model.first != held_first || model.second != held_second) {
      const std::vector<int> columns = NuisanceColumns(model);
      nuisance_columns = static_cast<int>(columns.size());
      reduced = Reduce(gram_, columns, growth_at_);
      held_first = model.first;
      held_second = model.second;
    }
    Score& score = scores[i];
    score.parameters = base_parameters_ + nuisance_columns + (model.growth > 0 ? 1 : 0);
    if (!reduced.usable || levels_ - score.parameters < 3) continue;
    score.rss = reduced.yy;
    double inverse = 0;
    if (model.growth > 0) {
      const double a = reduced.a[model.growth];
      if (a <= kCollinear * gram_(growth_at_[model.growth], growth_at_[model.growth]) || a <= 0) continue;
      score.coefficient = reduced.b[model.growth] / a;
      score.rss = std::max(reduced.yy - reduced.b[model.growth] * score.coefficient, 0.0);
      inverse = 1 / a;
    }
    score.variance = inverse * (score.rss + 0.5 * floor) / std::max(n - score.parameters, 1.0);
    score.cost = n * std::log((score.rss + floor) / n) + std::log(n) * score.parameters - 2 * model.log_prior;
  }
  return scores;
}

Column Contest::Residuals(const Model& model) const {
  std::vector<const Column*> used;
  for (const Column& column : base_) used.push_back(&column);
  for (int c : NuisanceColumns(model)) used.push_back(&columns_[c]);
  if (model.growth > 0) used.push_back(&columns_[growth_at_[model.growth]]);
  Eigen::MatrixXd x(levels_, used.size());
  for (std::size_t c = 0; c < used.size(); ++c) x.col(c) = Whitened(*used[c]);
  const Eigen::VectorXd coefficients = x.colPivHouseholderQr().solve(Whitened(y_));
  Column residual = y_;
  for (std::size_t c = 0; c < used.size(); ++c) {
    for (int i = 0; i < levels_; ++i) residual[i] -= coefficients[c] * (*used[c])[i];
  }
  return residual;
}

Column Contest::NuisanceCoefficients(const Model& model) const {
  std::vector<int> columns = NuisanceColumns(model);
  const std::size_t nuisances = columns.size();
  if (nuisances == 0) return {};
  if (model.growth > 0) columns.push_back(growth_at_[model.growth]);
  const int m = static_cast<int>(columns.size());
  const int y = static_cast<int>(gram_.rows()) - 1;
  Eigen::MatrixXd block(m, m);
  Eigen::VectorXd with_y(m);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < m; ++j) block(i, j) = gram_(columns[i], columns[j]);
    with_y[i] = gram_(columns[i], y);
  }
  const Eigen::VectorXd solution = block.ldlt().solve(with_y);
  return Column(solution.data(), solution.data() + nuisances);
}

}  // namespace seep::analysis
