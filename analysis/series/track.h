// One series laid out for the fits: the cells that count, in the engine's own
// units (KB for bytes, things for counts).
//
// Threads: none. Owns: plain vectors. Failure: an absent series gives an empty track.
#ifndef SEEP_ANALYSIS_SERIES_TRACK_H_
#define SEEP_ANALYSIS_SERIES_TRACK_H_

#include <vector>

#include "analysis/series/run_summary.h"

namespace seep::analysis {

struct Interval {
  double begin_s = 0, end_s = 0;
};

struct Track {
  std::vector<double> t;       // seconds, the middle of the cell
  std::vector<double> low;     // robust minimum of the cell
  std::vector<double> mid;     // mean of the cell
  std::vector<double> high;
  std::vector<int> segment;    // 0, 1, ... in order, without holes
  std::vector<double> born;    // when the generation of the cell began
  std::vector<double> load;    // NaN where unknown
  std::vector<double> covariate;  // empty, or another series' figure at t
  std::vector<std::vector<double>> operations;  // [operation][i], cumulative
  std::vector<double> samples;  // samples in the cell
  bool exact = true;           // every cell is one sample
  double typical_step_s = 1;   // median distance of neighbouring samples
  std::size_t size() const { return t.size(); }
};

// Leaves out show-only cells and those inside `excluded`. `scale` divides the
// values (1024 for bytes).
Track ExtractTrack(const RunSummary& summary, int series, double scale,
                   const std::vector<Interval>& excluded);

// Highest value of the last `window_s` seconds at each cell of `of`: what RSS
// follows when a collector lets the heap breathe.
std::vector<double> RunningPeak(const RunSummary& summary, int series, double scale, double window_s,
                                const Track& of);

// Drops isolated one-sample falls: failed reads, not memory given back.
void DropGlitches(Track& track);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SERIES_TRACK_H_
