#include "storage/query_worker/statistics.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/trend/theil_sen.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/aggregate.h"

namespace seep::storage {
namespace {

using sqlite::Aggregate;

absl::Status Room(std::size_t rows) {
  if (rows < sqlite::kMaxAggregateRows) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("a group has more than ", sqlite::kMaxAggregateRows, " rows; narrow it"));
}

// Means and sums about them, updated row by row (Welford 1962; for the product
// Bennett and others 2009), so that large values keep their digits.
class Regression : public Aggregate {
 public:
  enum class Figure { kSlope, kIntercept, kRSquared };
  explicit Regression(Figure figure) : figure_(figure) {}

  absl::Status Add(absl::Span<const double> yx) override {
    const double y = yx[0], x = yx[1];
    ++n_;
    const double from_x = x - mean_x_, from_y = y - mean_y_;
    mean_x_ += from_x / n_;
    mean_y_ += from_y / n_;
    sum_xx_ += from_x * (x - mean_x_);
    sum_yy_ += from_y * (y - mean_y_);
    sum_xy_ += from_x * (y - mean_y_);
    return absl::OkStatus();
  }
  std::optional<double> Result() override {
    if (n_ == 0 || sum_xx_ == 0) return std::nullopt;
    const double slope = sum_xy_ / sum_xx_;
    switch (figure_) {
      case Figure::kSlope: return slope;
      case Figure::kIntercept: return mean_y_ - slope * mean_x_;
      // SQL:2003: 1 where y does not vary at all.
      case Figure::kRSquared: return sum_yy_ == 0 ? 1 : sum_xy_ * sum_xy_ / (sum_xx_ * sum_yy_);
    }
    return std::nullopt;
  }

 private:
  const Figure figure_;
  double n_ = 0, mean_x_ = 0, mean_y_ = 0, sum_xx_ = 0, sum_yy_ = 0, sum_xy_ = 0;
};

class TheilSen : public Aggregate {
 public:
  absl::Status Add(absl::Span<const double> yx) override {
    SEEP_RETURN_IF_ERROR(Room(x_.size()));
    y_.push_back(yx[0]);
    x_.push_back(yx[1]);
    return absl::OkStatus();
  }
  std::optional<double> Result() override {
    const auto [least, most] = std::minmax_element(x_.begin(), x_.end());
    if (x_.size() < 2 || *least == *most) return std::nullopt;
    SortByX();
    return analysis::TheilSenSlope(x_, y_, std::vector<int>(x_.size(), 0)) / 60;  // that of a minute of seconds
  }

 private:
  // Rows are thinned evenly, so they must lie in order.
  void SortByX() {
    std::vector<std::pair<double, double>> rows(x_.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {x_[i], y_[i]};
    std::sort(rows.begin(), rows.end());
    for (std::size_t i = 0; i < rows.size(); ++i) std::tie(x_[i], y_[i]) = rows[i];
  }
  std::vector<double> x_, y_;
};

class Percentile : public Aggregate {
 public:
  explicit Percentile(std::optional<double> percent) : percent_(percent) {}

  absl::Status Add(absl::Span<const double> row) override {
    if (row.size() > 1) {
      if (!(row[1] >= 0 && row[1] <= 100)) return absl::InvalidArgumentError("percentile(): the second argument is from 0 to 100");
      if (percent_ && *percent_ != row[1]) {
        return absl::InvalidArgumentError("percentile(): the second argument must be the same in all rows of a group");
      }
      percent_ = row[1];
    }
    SEEP_RETURN_IF_ERROR(Room(values_.size()));
    values_.push_back(row[0]);
    return absl::OkStatus();
  }
  std::optional<double> Result() override {
    if (values_.empty()) return std::nullopt;
    return analysis::Quantile(std::move(values_), *percent_ / 100);
  }

 private:
  std::optional<double> percent_;
  std::vector<double> values_;
};

// As Prometheus' rate, without its extrapolation to the window's ends.
class Rate : public Aggregate {
 public:
  absl::Status Add(absl::Span<const double> row) override {
    SEEP_RETURN_IF_ERROR(Room(rows_.size()));
    rows_.push_back({row[1], row[0]});
    return absl::OkStatus();
  }
  std::optional<double> Result() override {
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.t < b.t; });
    if (rows_.empty() || rows_.front().t == rows_.back().t) return std::nullopt;
    double increase = 0;
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      const double step = rows_[i].counter - rows_[i - 1].counter;
      increase += step >= 0 ? step : rows_[i].counter;
    }
    return increase / (rows_.back().t - rows_.front().t);
  }

 private:
  struct Row {
    double t, counter;
  };
  std::vector<Row> rows_;
};

}  // namespace

absl::Status RegisterStatistics(sqlite::Database& db) {
  const auto regression = [](Regression::Figure figure) { return [figure] { return std::make_unique<Regression>(figure); }; };
  SEEP_RETURN_IF_ERROR(RegisterAggregate(db, "regr_slope", 2, regression(Regression::Figure::kSlope)));
  SEEP_RETURN_IF_ERROR(RegisterAggregate(db, "regr_intercept", 2, regression(Regression::Figure::kIntercept)));
  SEEP_RETURN_IF_ERROR(RegisterAggregate(db, "regr_r2", 2, regression(Regression::Figure::kRSquared)));
  SEEP_RETURN_IF_ERROR(RegisterAggregate(db, "theil_sen", 2, [] { return std::make_unique<TheilSen>(); }));
  SEEP_RETURN_IF_ERROR(RegisterAggregate(db, "percentile", 2, [] { return std::make_unique<Percentile>(std::nullopt); }));
  SEEP_RETURN_IF_ERROR(RegisterAggregate(db, "median", 1, [] { return std::make_unique<Percentile>(50.0); }));
  return RegisterAggregate(db, "rate", 2, [] { return std::make_unique<Rate>(); });
}

}  // namespace seep::storage
