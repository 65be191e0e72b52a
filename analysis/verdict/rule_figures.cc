#include "analysis/verdict/rule_figures.h"

#include <algorithm>

#include "analysis/trend/least_squares.h"

namespace seep::analysis {

RuleSeries FiguresForRules(const RunSummary& summary, int index, const SeriesSpec& spec) {
  const SeriesTotals& totals = summary.totals(index);
  RuleSeries r;
  r.name = spec.name;
  r.bytes = spec.unit == "bytes";
  r.memory = spec.series_class == SeriesClass::kHeapMemory || spec.series_class == SeriesClass::kResidentMemory;
  r.first = totals.first;
  r.last = totals.last;
  r.min = totals.min;
  r.max = totals.max;
  r.minutes = (totals.t_last - totals.t_first) / 60;
  r.increase = totals.increase;
  const Line line = LeastSquaresLine(totals.samples, totals.sum_t, totals.sum_y, totals.sum_tt, totals.sum_ty, totals.sum_yy);
  if (totals.samples < 2) return r;
  r.slope_per_minute = line.per_minute;
  r.r_squared = line.r_squared;
  // The first and last twentieth, and the second half's line, from the cells.
  const auto& cells = summary.cells(index);
  const auto& times = summary.time_cells();
  const double edge = std::max(1.0, static_cast<double>(totals.samples) / 20);
  const double middle = 0.5 * (totals.t_first + totals.t_last);
  double seen = 0, start = 0, start_n = 0, end = 0, end_n = 0;
  double n = 0, st = 0, sy = 0, stt = 0, sty = 0, syy = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double w = cells[i].count;
    if (w == 0) continue;
    if (seen < edge) start += w * cells[i].mean, start_n += w;
    seen += w;
    if (seen > static_cast<double>(totals.samples) - edge) end += w * cells[i].mean, end_n += w;
    const double t = times[i].t_mid() - middle, y = cells[i].mean;
    if (t > 0) n += w, st += w * t, sy += w * y, stt += w * t * t, sty += w * t * y, syy += w * y * y;
  }
  r.start_mean = totals.first + start / start_n;
  r.end_mean = totals.first + end / end_n;
  r.second_half_slope_per_minute = LeastSquaresLine(static_cast<std::uint64_t>(n), st, sy, stt, sty, syy).per_minute;
  return r;
}

}  // namespace seep::analysis
