// From thousands of samples to a few dozen levels that carry the fit.
//
// The samples are cut into bins and each bin is reduced to one level: its
// floor, its median or its mean. Which cut and which reduction is decided by
// the data: the one whose slope would have the smallest standard error.
#ifndef SEEP_ANALYSIS_CHANGEPOINT_LEVELS_H_
#define SEEP_ANALYSIS_CHANGEPOINT_LEVELS_H_

#include <string>
#include <vector>

#include "analysis/series/track.h"

namespace seep::analysis {

enum class LevelKind : std::uint8_t { kFloor, kMedian, kMean };

struct Levels {
  std::vector<double> t;  // seconds, the middle of the bin
  std::vector<double> y;
  std::vector<int> segment;
  std::vector<double> born;       // when the level's generation began
  std::vector<double> load;       // mean over the samples that made the level; NaN unknown
  std::vector<double> covariate;  // the same for the track's covariate; empty if it has none
  std::vector<std::vector<double>> operations;  // [operation][level]
  LevelKind kind = LevelKind::kFloor;
  int collections = 0;  // collector cycles in the samples
  bool by_cycle = false;  // bins hold whole collector cycles
  std::size_t size() const { return t.size(); }
  double span_s() const { return t.empty() ? 0 : t.back() - t.front(); }
};

struct LevelChoice {
  Levels levels;
  Levels floors;  // 14 floors beside it when the levels are medians or means; else empty
};

// `whole_numbers`: a gauge of things, which has no collector. Too few samples
// give fewer than eight levels, and the caller says so.
LevelChoice ChooseLevels(const Track& track, bool whole_numbers, bool use_load);

// Takes single levels out that stand six spreads off their neighbours, and
// segments left with fewer than three levels.
void DropOutliers(Levels& levels, bool whole_numbers);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_CHANGEPOINT_LEVELS_H_
