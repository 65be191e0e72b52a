#include "storage/chunks/column_summary.h"

#include <algorithm>
#include <cmath>

namespace seep::storage {
namespace {

constexpr double kSecond = 1e6;

double SecondsBetween(std::int64_t from_us, std::int64_t to_us) {
  return static_cast<double>(static_cast<std::int64_t>(static_cast<std::uint64_t>(to_us) -
                                                       static_cast<std::uint64_t>(from_us))) / kSecond;
}

// [begin, end) of the column's values, all of one generation.
ColumnSummary SummariseStretch(const GaugeColumn& column, const ChunkTimes& times, std::size_t begin, std::size_t end) {
  ColumnSummary summary;
  double first_x = 0, sum_x = 0, sum_y = 0;
  std::size_t last = begin;
  for (std::size_t i = begin; i < end; ++i) {
    const double y = column.values[i];
    if (!std::isfinite(y)) continue;
    const double x = times.seconds[column.rows[i]];
    if (summary.n++ == 0) {
      summary.first_us = times.monotonic_us[column.rows[i]];
      summary.first = summary.min = summary.max = y;
      first_x = x;
    }
    last = i;
    summary.min = std::min(summary.min, y);
    summary.max = std::max(summary.max, y);
    sum_x += x - first_x;
    sum_y += y - summary.first;
  }
  if (summary.n == 0) return summary;
  summary.last_us = times.monotonic_us[column.rows[last]];
  summary.last = column.values[last];
  summary.mean_x = sum_x / static_cast<double>(summary.n);
  summary.mean_y = summary.first + sum_y / static_cast<double>(summary.n);
  const double centre_x = first_x + summary.mean_x;
  for (std::size_t i = begin; i < end; ++i) {
    if (!std::isfinite(column.values[i])) continue;
    const double x = times.seconds[column.rows[i]] - centre_x;
    const double y = column.values[i] - summary.mean_y;
    summary.sum_xx += x * x;
    summary.sum_xy += x * y;
    summary.sum_yy += y * y;
  }
  return summary;
}

}  // namespace

ChunkTimes::ChunkTimes(const std::vector<std::int64_t>& monotonic_us, const std::vector<std::uint32_t>& generation)
    : monotonic_us(monotonic_us), generation(generation), seconds(monotonic_us.size()) {
  for (std::size_t i = 0; i < seconds.size(); ++i) seconds[i] = SecondsBetween(monotonic_us[0], monotonic_us[i]);
}

void AppendSummaries(const GaugeColumn& column, const ChunkTimes& times, std::vector<ColumnSummary>& summaries) {
  const std::vector<std::uint32_t>& generation = times.generation;
  const std::size_t before = summaries.size();
  for (std::size_t begin = 0, end; begin < column.rows.size(); begin = end) {
    const std::uint32_t current = generation[column.rows[begin]];
    for (end = begin + 1; end < column.rows.size() && generation[column.rows[end]] == current; ++end) {}
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
