#include "analysis/series/track.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

bool Overlaps(const TimeCell& cell, const std::vector<Interval>& excluded) {
  return std::any_of(excluded.begin(), excluded.end(), [&](const Interval& window) {
    return cell.t_last >= window.begin_s && cell.t_first <= window.end_s;
  });
}

double TypicalStep(const std::vector<TimeCell>& cells) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const double rows = 0.5 * (cells[i].rows + cells[i - 1].rows);
    steps.push_back((cells[i].t_mid() - cells[i - 1].t_mid()) / rows);
  }
  return std::max(Median(std::move(steps)), 1e-6);
}

}  // namespace

Track ExtractTrack(const RunSummary& summary, int series, double scale,
                   const std::vector<Interval>& excluded) {
  Track track;
  const auto& times = summary.time_cells();
  const auto& cells = summary.cells(series);
  const double first = summary.totals(series).first / scale;
  track.operations.resize(summary.operation_count());
  track.exact = summary.cell_width() == 1;
  int last_segment = 0;
  int segment = -1;
  double born = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == 0 || times[i].segment != times[i - 1].segment) born = times[i].t_first;
    if (cells[i].count == 0 || times[i].use != RowUse::kFit || Overlaps(times[i], excluded)) continue;
    if (segment < 0 || times[i].segment != last_segment) ++segment;
    last_segment = times[i].segment;
    track.t.push_back(times[i].t_mid());
    // With four samples or more the second lowest is the floor: a single
    // failed read cannot pose as one.
    const float low = cells[i].count >= 4 ? cells[i].second_low : cells[i].low;
    track.low.push_back(first + low / scale);
    track.mid.push_back(first + cells[i].mean / scale);
    track.high.push_back(first + cells[i].high / scale);
    track.segment.push_back(segment);
    track.born.push_back(born);
    track.load.push_back(times[i].load_rows > 0 ? times[i].load_sum / times[i].load_rows
                                                : std::numeric_limits<double>::quiet_NaN());
    for (int k = 0; k < summary.operation_count(); ++k) {
      track.operations[k].push_back(summary.operation_cells(k)[i]);
    }
    track.samples.push_back(cells[i].count);
  }
  track.typical_step_s = TypicalStep(times);
  return track;
}

std::vector<double> RunningPeak(const RunSummary& summary, int series, double scale, double window_s,
                                const Track& of) {
  const auto& times = summary.time_cells();
  const auto& cells = summary.cells(series);
  const double first = summary.totals(series).first / scale;
  std::vector<double> peak;
  std::deque<std::pair<double, double>> falling;  // (time, high), highs falling
  std::size_t i = 0;
  for (double t : of.t) {
    for (; i < cells.size() && times[i].t_mid() <= t; ++i) {
      if (cells[i].count == 0) continue;
      const double high = first + cells[i].high / scale;
      while (!falling.empty() && falling.back().second <= high) falling.pop_back();
      falling.emplace_back(times[i].t_mid(), high);
    }
    while (falling.size() > 1 && falling.front().first < t - window_s) falling.pop_front();
    peak.push_back(falling.empty() ? std::numeric_limits<double>::quiet_NaN() : falling.front().second);
  }
  return peak;
}

void DropGlitches(Track& track) {
  const std::size_t n = track.size();
  if (n < 5 || !track.exact) return;
  std::vector<double> moves(n - 1);
  for (std::size_t i = 1; i < n; ++i) moves[i - 1] = std::abs(track.mid[i] - track.mid[i - 1]);
  const double spread = 1.4826 * Median(std::move(moves)) + 1e-9;
  const std::vector<double> y = track.mid;
  std::size_t out = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool inner = i > 0 && i + 1 < n;
    if (inner && y[i] < std::min(y[i - 1], y[i + 1]) - std::max(12 * spread, 0.08 * std::abs(y[i]))) continue;
    for (auto* column : {&track.t, &track.low, &track.mid, &track.high, &track.load, &track.samples, &track.born}) {
      (*column)[out] = (*column)[i];
    }
    if (!track.covariate.empty()) track.covariate[out] = track.covariate[i];
    for (auto& operation : track.operations) operation[out] = operation[i];
    track.segment[out++] = track.segment[i];
  }
  for (auto* column : {&track.t, &track.low, &track.mid, &track.high, &track.load, &track.samples, &track.born}) {
    column->resize(out);
  }
  if (!track.covariate.empty()) track.covariate.resize(out);
  for (auto& operation : track.operations) operation.resize(out);
  track.segment.resize(out);
}

}  // namespace seep::analysis
