// What a straight line, a minimum and a maximum need to know of one gauge over
// many samples, without the samples; two of them combine into that of both.
//
// Threads: plain data.
#ifndef SEEP_STORAGE_CHUNKS_COLUMN_SUMMARY_H_
#define SEEP_STORAGE_CHUNKS_COLUMN_SUMMARY_H_

#include <cstdint>
#include <vector>

#include "storage/chunks/chunk.h"

namespace seep::storage {

// Of the finite values of one gauge in one generation (a slope across a restart
// means nothing). x is monotonic time in seconds, y the gauge in its own unit.
// The sums are about the means, not about zero: memory of 10^9 bytes that grows
// by 10^3 would drown in the rounding of Σy². Formulas of Chan, Golub and LeVeque
// ("Updating formulae and a pairwise algorithm for computing sample variances", 1979).
struct ColumnSummary {
  std::uint32_t gauge = 0;
  std::uint32_t generation = 0;
  std::uint64_t n = 0;       // 0: the rest says nothing
  std::int64_t first_us = 0;  // when `first` and `last` were seen
  std::int64_t last_us = 0;
  double min = 0, max = 0;
  double first = 0, last = 0;
  double mean_x = 0;  // seconds after first_us
  double mean_y = 0;
  double sum_xx = 0;  // Σ(x−x̄)², s²
  double sum_xy = 0;  // Σ(x−x̄)(y−ȳ), s·unit
  double sum_yy = 0;  // Σ(y−ȳ)², unit²
};

// One for each gauge and generation that have finite values, gauges in the
// chunk's order, generations within in order of appearance.
std::vector<ColumnSummary> Summarise(const Chunk& chunk);

// A chunk's times, made ready for all of its columns. Borrows both vectors, one
// entry a sample.
struct ChunkTimes {
  ChunkTimes(const std::vector<std::int64_t>& monotonic_us, const std::vector<std::uint32_t>& generation);
  const std::vector<std::int64_t>& monotonic_us;
  const std::vector<std::uint32_t>& generation;
  std::vector<double> seconds;  // after the first
  bool one_generation = false;
};
void AppendSummaries(const GaugeColumn& column, const ChunkTimes& times, std::vector<ColumnSummary>& summaries);

// Of the values of both, whichever came first; gauge and generation stay `into`'s.
void Combine(const ColumnSummary& other, ColumnSummary& into);

// Least squares, units a second; 0 when fewer than two instants tell nothing.
double SlopePerSecond(const ColumnSummary& summary);
// Share of the variance that the line explains, 0 to 1; 1 of a level line.
double RSquared(const ColumnSummary& summary);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_COLUMN_SUMMARY_H_
