// A series in a few dozen points: what stays of it to be drawn and compared when
// its samples are gone.
//
// Threads: none. Owns: plain vectors of one length.
// Bounds:  at most 2 x kMaxCurvePoints points, whatever the length of the run.
#ifndef SEEP_ANALYSIS_SERIES_CURVE_H_
#define SEEP_ANALYSIS_SERIES_CURVE_H_

#include <string>
#include <vector>

#include "analysis/series/track.h"

namespace seep::analysis {

inline constexpr std::size_t kMaxCurvePoints = 64;

struct Curve {
  std::vector<double> t_s;         // since the run began, ascending
  std::vector<double> level;       // mean of the samples around it, in the series' unit
  std::vector<int> segment;        // life of the target, from 0
  std::vector<double> operations;  // cumulative count; empty: none was counted
  std::string operation;           // which
  std::size_t size() const { return t_s.size(); }
};

// Neighbours are joined, within a segment as long as segments are few. `scale`
// is what the track's values were divided by; `operation` an index into the
// track's, -1: none.
Curve CurveOf(const Track& track, double scale, int operation, std::string operation_name);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SERIES_CURVE_H_
