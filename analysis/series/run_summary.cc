#include "analysis/series/run_summary.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace seep::analysis {
namespace {

typedef double Pair __attribute__((vector_size(16)));

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

SeriesCell Merge(const SeriesCell& a, const SeriesCell& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  SeriesCell m;
  m.low = std::min(a.low, b.low);
  // Of four lowest: the second is the smaller of the two second ones, or the
  // larger of the two first ones.
  const float cross = std::max(a.low, b.low);
  m.second_low = std::min({a.count > 1 ? a.second_low : cross, b.count > 1 ? b.second_low : cross, cross});
  m.high = std::max(a.high, b.high);
  m.count = a.count + b.count;
  m.mean = static_cast<float>((static_cast<double>(a.mean) * a.count + static_cast<double>(b.mean) * b.count) /
                              m.count);
  return m;
}

TimeCell Merge(const TimeCell& a, const TimeCell& b) {
  TimeCell m = a;
  m.t_last = b.t_last;
  m.t_sum += b.t_sum;
  m.load_sum += b.load_sum;
  m.rows += b.rows;
  m.load_rows += b.load_rows;
  return m;
}

bool SameStretch(const TimeCell& a, const TimeCell& b) {
  return a.segment == b.segment && a.use == b.use;
}

}  // namespace

int RunSummary::AddSeries() {
  FoldWaitingRows();
  Series series;
  series.open = {kInfinity, kInfinity, -kInfinity, 0, 0};
  series.cells.reserve(kMaxCells);
  series.cells.resize(time_cells_.size());
  series_.push_back(std::move(series));
  return static_cast<int>(series_.size()) - 1;
}

int RunSummary::AddOperation() {
  Operation operation;
  operation.cells.resize(time_cells_.size(), 0.0);
  operations_.push_back(std::move(operation));
  return static_cast<int>(operations_.size()) - 1;
}

void RunSummary::AddRow(double t_s, std::int32_t segment, RowUse use, std::span<const double> values,
                        std::span<const double> operations, double load) {
  if (open_time_.rows > 0 &&
      (open_time_.rows >= width_ || open_time_.segment != segment || open_time_.use != use)) {
    CloseOpenCell();
    if (time_cells_.size() >= kMaxCells) MergeNeighbours();
  }
  if (open_time_.rows == 0) OpenCellAt(t_s, segment, use);
  open_time_.t_last = t_s;
  open_time_.t_sum += t_s;
  ++open_time_.rows;
  if (std::isfinite(load)) {
    open_time_.load_sum += load;
    ++open_time_.load_rows;
  }
  AddOperations(operations);
  const std::size_t n = std::min(values.size(), series_.size());
  waiting_.insert(waiting_.end(), values.begin(), values.begin() + n);
  waiting_.resize((waiting_t_.size() + 1) * series_.size(), kAbsent);
  waiting_t_.push_back(t_s);
  if (waiting_t_.size() == kWaitingRows) FoldWaitingRows();
  ++rows_;
}

void RunSummary::FoldWaitingRows() {
  if (waiting_t_.empty()) return;
  std::size_t i = 0;
  for (; i + 1 < series_.size(); i += 2) {
    if (!FoldDensePair(i)) FoldColumn(i), FoldColumn(i + 1);
  }
  if (i < series_.size()) FoldColumn(i);
  waiting_.clear();
  waiting_t_.clear();
}

void RunSummary::FoldColumn(std::size_t index) {
  for (std::size_t i = 0; i < waiting_t_.size(); ++i) {
    const double value = waiting_[i * series_.size() + index];
    if (std::isfinite(value)) AddValue(series_[index], waiting_t_[i], value);
  }
}

// The same sums as AddValue, two neighbouring columns at once; refuses, and has
// done nothing, when a value is missing: the product below turns NaN.
bool RunSummary::FoldDensePair(std::size_t index) {
  Series &a = series_[index], &b = series_[index + 1];
  if (a.totals.samples == 0 || b.totals.samples == 0) return false;
  if (a.totals.t_first != b.totals.t_first) return false;
  const Pair first{a.totals.first, b.totals.first};
  Pair low{a.open.low, b.open.low}, second_low{a.open.second_low, b.open.second_low};
  Pair high{a.open.high, b.open.high}, last{a.totals.last, b.totals.last};
  Pair sum{}, sum_ty{}, sum_yy{}, increase{}, finite{};
  double sum_t = 0, sum_tt = 0;
  const std::size_t stride = series_.size();
  const double* row = &waiting_[index];
  for (const double t_s : waiting_t_) {
    Pair value;
    std::memcpy(&value, row, sizeof value);
    row += stride;
    const double t = t_s - a.totals.t_first;
    const Pair y = value - first, rise = value - last;
    const Pair upper = low > y ? low : y;
    second_low = upper < second_low ? upper : second_low;
    low = y < low ? y : low;
    high = y > high ? y : high;
    increase += rise > 0 ? rise : Pair{};
    sum += y;
    sum_ty += t * y;
    sum_yy += y * y;
    sum_t += t;
    sum_tt += t * t;
    finite += value * 0.0;
    last = value;
  }
  if (finite[0] != 0 || finite[1] != 0) return false;
  for (int k = 0; k < 2; ++k) {
    Series& series = k == 0 ? a : b;
    OpenCell& open = series.open;
    open.low = low[k];
    open.second_low = second_low[k];
    open.high = high[k];
    open.sum += sum[k];
    open.count += static_cast<std::uint32_t>(waiting_t_.size());
    SeriesTotals& totals = series.totals;
    totals.min = std::min(totals.min, totals.first + low[k]);
    totals.max = std::max(totals.max, totals.first + high[k]);
    totals.last = last[k];
    totals.t_last = waiting_t_.back();
    totals.samples += waiting_t_.size();
    totals.increase += increase[k];
    totals.sum_t += sum_t;
    totals.sum_tt += sum_tt;
    totals.sum_y += sum[k];
    totals.sum_ty += sum_ty[k];
    totals.sum_yy += sum_yy[k];
  }
  return true;
}

void RunSummary::OpenCellAt(double t_s, std::int32_t segment, RowUse use) {
  open_time_ = TimeCell{};
  open_time_.t_first = t_s;
  open_time_.segment = segment;
  open_time_.use = use;
}

void RunSummary::AddValue(Series& series, double t_s, double value) {
  SeriesTotals& totals = series.totals;
  if (totals.samples == 0) {
    totals.first = totals.last = totals.min = totals.max = value;
    totals.t_first = t_s;
  }
  const double t = t_s - totals.t_first;
  const double y = value - totals.first;
  totals.increase += std::max(0.0, value - totals.last);
  totals.last = value;
  totals.t_last = t_s;
  totals.min = std::min(totals.min, value);
  totals.max = std::max(totals.max, value);
  ++totals.samples;
  totals.sum_t += t;
  totals.sum_y += y;
  totals.sum_tt += t * t;
  totals.sum_ty += t * y;
  totals.sum_yy += y * y;
  OpenCell& open = series.open;
  open.second_low = std::min(open.second_low, std::max(open.low, y));
  open.low = std::min(open.low, y);
  open.high = std::max(open.high, y);
  open.sum += y;
  ++open.count;
}

void RunSummary::AddOperations(std::span<const double> operations) {
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    Operation& operation = operations_[i];
    if (i < operations.size() && std::isfinite(operations[i]) && operations[i] >= 0) {
      if (operations[i] < operation.raw) operation.base = operation.total;
      operation.raw = operations[i];
      operation.total = operation.base + operation.raw;
    }
    operation.open_sum += operation.total;
  }
}

void RunSummary::CloseOpenCell() {
  FoldWaitingRows();
  if (open_time_.rows == 0) return;
  time_cells_.push_back(open_time_);
  for (Operation& operation : operations_) {
    operation.cells.push_back(operation.open_sum / open_time_.rows);
    operation.open_sum = 0;
  }
  for (Series& series : series_) {
    SeriesCell cell;
    OpenCell& open = series.open;
    if (open.count > 0) {
      cell.low = static_cast<float>(open.low);
      cell.second_low = static_cast<float>(open.count > 1 ? open.second_low : open.low);
      cell.mean = static_cast<float>(open.sum / open.count);
      cell.high = static_cast<float>(open.high);
      cell.count = open.count;
    }
    series.cells.push_back(cell);
    open = {kInfinity, kInfinity, -kInfinity, 0, 0};
  }
  open_time_ = TimeCell{};
}

void RunSummary::MergeNeighbours() {
  width_ *= 2;
  std::size_t out = 0;
  for (std::size_t i = 0; i < time_cells_.size(); ++out) {
    const bool pair = i + 1 < time_cells_.size() && SameStretch(time_cells_[i], time_cells_[i + 1]) &&
                      time_cells_[i].rows + time_cells_[i + 1].rows <= width_;
    for (Operation& operation : operations_) {
      const double a = operation.cells[i];
      operation.cells[out] = pair ? (a * time_cells_[i].rows + operation.cells[i + 1] * time_cells_[i + 1].rows) /
                                        (time_cells_[i].rows + time_cells_[i + 1].rows)
                                  : a;
    }
    for (Series& series : series_) {
      series.cells[out] = pair ? Merge(series.cells[i], series.cells[i + 1]) : series.cells[i];
    }
    time_cells_[out] = pair ? Merge(time_cells_[i], time_cells_[i + 1]) : time_cells_[i];
    i += pair ? 2 : 1;
  }
  time_cells_.resize(out);
  for (Operation& operation : operations_) operation.cells.resize(out);
  for (Series& series : series_) series.cells.resize(out);
  // Thousands of restarts leave cells that no merge can join; whole
  // generations are then left out evenly instead of blurring their borders.
  if (out > kMaxCells * 7 / 8) DropEverySecondSegment();
}

void RunSummary::DropEverySecondSegment() {
  std::vector<std::uint8_t> keep(time_cells_.size());
  int stretch = -1;
  for (std::size_t i = 0; i < time_cells_.size(); ++i) {
    if (i == 0 || !SameStretch(time_cells_[i - 1], time_cells_[i])) {
      ++stretch;
      if (stretch % 2 == 1) ++dropped_segments_;
    }
    keep[i] = stretch % 2 == 0;
  }
  Keep(keep);
}

void RunSummary::Keep(const std::vector<std::uint8_t>& keep) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (!keep[i]) continue;
    for (Operation& operation : operations_) operation.cells[out] = operation.cells[i];
    for (Series& series : series_) series.cells[out] = series.cells[i];
    time_cells_[out++] = time_cells_[i];
  }
  time_cells_.resize(out);
  for (Operation& operation : operations_) operation.cells.resize(out);
  for (Series& series : series_) series.cells.resize(out);
}

std::size_t RunSummary::bytes_per_series() const {
  return sizeof(Series) + kMaxCells * sizeof(SeriesCell);
}

}  // namespace seep::analysis
