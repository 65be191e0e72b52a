#include "storage/chunks/column_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace seep::storage {
namespace {

constexpr double kSecond = 1e6;

double SecondsBetween(std::int64_t from_us, std::int64_t to_us) {
  return static_cast<double>(static_cast<std::int64_t>(static_cast<std::uint64_t>(to_us) -
                                                       static_cast<std::uint64_t>(from_us))) / kSecond;
}

// Two doubles at once: every x86-64 and ARM64 has such registers.
using Two = double __attribute__((vector_size(16)));

Two Load(const double* at) {
  Two two;
  std::memcpy(&two, at, sizeof(two));
  return two;
}
double Sum(Two two) { return two[0] + two[1]; }

// Sums about (x0, y0) of `n` points, of which an odd last one comes by itself.
struct Sums {
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  double low = 0, high = 0;
};
Sums SumsAbout(double x0, double y0, const double* x, const double* y, std::size_t n) {
  Two sum_x{}, sum_y{}, sum_xx{}, sum_xy{}, sum_yy{}, low = Two{} + y[0], high = low;
  std::size_t i = 0;
  for (; i + 2 <= n; i += 2) {
    const Two value = Load(y + i), dx = Load(x + i) - x0, dy = value - y0;
    sum_x += dx, sum_y += dy;
    sum_xx += dx * dx, sum_xy += dx * dy, sum_yy += dy * dy;
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  Sums sums{Sum(sum_x), Sum(sum_y), Sum(sum_xx), Sum(sum_xy), Sum(sum_yy),
            std::min(low[0], low[1]), std::max(high[0], high[1])};
  for (; i < n; ++i) {
    const double dx = x[i] - x0, dy = y[i] - y0;
    sums.x += dx, sums.y += dy;
    sums.xx += dx * dx, sums.xy += dx * dy, sums.yy += dy * dy;
    sums.low = std::min(sums.low, y[i]);
    sums.high = std::max(sums.high, y[i]);
  }
  return sums;
}

// Points of one generation; n > 0. False: not all are finite, or too great to be
// squared: nothing is to be believed then.
bool SummarisePoints(const double* x, const double* y, std::size_t n, ColumnSummary& summary) {
  Sums sums = SumsAbout(x[0], y[0], x, y, n);
  if (!std::isfinite(sums.yy)) return false;
  const auto count = static_cast<double>(n);
  const double mean_dx = sums.x / count, mean_dy = sums.y / count;
  summary.n = n;
  summary.min = sums.low, summary.max = sums.high;
  summary.first = y[0], summary.last = y[n - 1];
  summary.mean_x = mean_dx;
  summary.mean_y = y[0] + mean_dy;
  // About the means, unless the first point was so far from them that the
  // difference would be rounding: then once more, about the means themselves.
  constexpr double kRounding = 1e-3;
  if (sums.yy - sums.y * mean_dy < kRounding * sums.yy || sums.xx - sums.x * mean_dx < kRounding * sums.xx) {
    sums = SumsAbout(x[0] + mean_dx, summary.mean_y, x, y, n);
    summary.sum_xx = sums.xx, summary.sum_xy = sums.xy, summary.sum_yy = sums.yy;
  } else {
    summary.sum_xx = sums.xx - sums.x * mean_dx;
    summary.sum_xy = sums.xy - sums.x * mean_dy;
    summary.sum_yy = sums.yy - sums.y * mean_dy;
  }
  return true;
}

// As SummarisePoints, a value at a time: rare, so clear rather than fast.
void SummariseAnything(const double* x, const double* y, std::size_t n, ColumnSummary& summary) {
  summary.n = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(y[i])) continue;
    ColumnSummary point;
    point.n = 1;
    point.first_us = point.last_us = static_cast<std::int64_t>(std::llround(x[i] * kSecond));
    point.first = point.last = point.min = point.max = point.mean_y = y[i];
    Combine(point, summary);
  }
}

// Values [begin, end) of a column, all of one generation.
ColumnSummary SummariseStretch(const GaugeColumn& column, const ChunkTimes& times, std::size_t begin, std::size_t end) {
  const std::size_t n = end - begin;
  const double* const y = column.values.data() + begin;
  const std::uint16_t* const rows = column.rows.data() + begin;
  std::array<double, kMaxChunkSamples> gathered;
  const double* x = times.seconds.data() + rows[0];
  if (static_cast<std::size_t>(rows[n - 1] - rows[0]) + 1 != n) {  // somewhere it was not known
    for (std::size_t i = 0; i < n; ++i) gathered[i] = times.seconds[rows[i]];
    x = gathered.data();
  }
  ColumnSummary summary;
  std::size_t first = 0, last = n - 1;
  if (!SummarisePoints(x, y, n, summary)) {
    summary = {};
    SummariseAnything(x, y, n, summary);
    while (first < n && !std::isfinite(y[first])) ++first;
    while (last > first && !std::isfinite(y[last])) --last;
  }
  if (summary.n == 0) return summary;
  summary.first_us = times.monotonic_us[rows[first]];
  summary.last_us = times.monotonic_us[rows[last]];
  return summary;
}

}  // namespace

ChunkTimes::ChunkTimes(const std::vector<std::int64_t>& monotonic_us, const std::vector<std::uint32_t>& generation)
    : monotonic_us(monotonic_us), generation(generation), seconds(monotonic_us.size()) {
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    seconds[i] = static_cast<double>(static_cast<std::int64_t>(static_cast<std::uint64_t>(monotonic_us[i]) -
                                                               static_cast<std::uint64_t>(monotonic_us[0]))) * 1e-6;
  }
  one_generation = std::all_of(generation.begin(), generation.end(), [&](std::uint32_t g) { return g == generation[0]; });
}

void AppendSummaries(const GaugeColumn& column, const ChunkTimes& times, std::vector<ColumnSummary>& summaries) {
  const std::vector<std::uint32_t>& generation = times.generation;
  const std::size_t before = summaries.size();
  for (std::size_t begin = 0, end; begin < column.rows.size(); begin = end) {
    const std::uint32_t current = generation[column.rows[begin]];
    end = times.one_generation ? column.rows.size() : begin + 1;
    while (end < column.rows.size() && generation[column.rows[end]] == current) ++end;
    ColumnSummary stretch = SummariseStretch(column, times, begin, end);
    if (stretch.n == 0) continue;
    stretch.gauge = column.gauge;
    stretch.generation = current;
    // A generation that comes back (a hostile agent's) joins its own.
    const auto own = std::find_if(summaries.begin() + static_cast<std::ptrdiff_t>(before), summaries.end(),
                                  [current](const ColumnSummary& summary) { return summary.generation == current; });
    if (own == summaries.end()) summaries.push_back(stretch);
    else Combine(stretch, *own);
  }
}

std::vector<ColumnSummary> Summarise(const Chunk& chunk) {
  std::vector<ColumnSummary> summaries;
  const ChunkTimes times(chunk.monotonic_us, chunk.generation);
  for (const GaugeColumn& column : chunk.gauges) AppendSummaries(column, times, summaries);
  return summaries;
}

void Combine(const ColumnSummary& other, ColumnSummary& into) {
  if (other.n == 0) return;
  if (into.n == 0) {
    const std::uint32_t gauge = into.gauge, generation = into.generation;
    into = other;
    into.gauge = gauge;
    into.generation = generation;
    return;
  }
  const auto n = static_cast<double>(into.n), m = static_cast<double>(other.n);
  const double dx = SecondsBetween(into.first_us, other.first_us) + other.mean_x - into.mean_x;
  const double dy = other.mean_y - into.mean_y;
  const double weight = n * m / (n + m);
  into.sum_xx += other.sum_xx + dx * dx * weight;
  into.sum_xy += other.sum_xy + dx * dy * weight;
  into.sum_yy += other.sum_yy + dy * dy * weight;
  into.mean_x += dx * m / (n + m);
  into.mean_y += dy * m / (n + m);
  into.min = std::min(into.min, other.min);
  into.max = std::max(into.max, other.max);
  into.n += other.n;
  if (other.last_us >= into.last_us) {
    into.last_us = other.last_us;
    into.last = other.last;
  }
  if (other.first_us < into.first_us) {
    into.mean_x += SecondsBetween(other.first_us, into.first_us);
    into.first_us = other.first_us;
    into.first = other.first;
  }
}

double SlopePerSecond(const ColumnSummary& summary) {
  return summary.sum_xx > 0 ? summary.sum_xy / summary.sum_xx : 0;
}

double RSquared(const ColumnSummary& summary) {
  if (!(summary.sum_yy > 0)) return 1;
  if (!(summary.sum_xx > 0)) return 0;
  return std::clamp(summary.sum_xy * summary.sum_xy / (summary.sum_xx * summary.sum_yy), 0.0, 1.0);
}

}  // namespace seep::storage
