// Where a collector (or an allocator's trim) gave memory back.
#ifndef SEEP_ANALYSIS_CHANGEPOINT_COLLECTIONS_H_
#define SEEP_ANALYSIS_CHANGEPOINT_COLLECTIONS_H_

#include <cstddef>
#include <vector>

#include "analysis/series/track.h"

namespace seep::analysis {

// Indices just after a fall of more than 45 % of the local range. Empty unless
// there are four, and five times as many as sharp rises: noise falls and
// rises alike, a collector only falls sharply.
std::vector<std::size_t> FindCollections(const Track& track);

// Sudden lasting falls of more than 40 % of the levels' range: cycles too long
// to average out, or restarts that nobody labelled.
int CountLongCycles(const std::vector<double>& level, const std::vector<int>& segment);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_CHANGEPOINT_COLLECTIONS_H_
