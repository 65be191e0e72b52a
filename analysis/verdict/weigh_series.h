// What the series of a run say about each other, and which of them speaks for it.
//
// Threads: pure functions.
#ifndef SEEP_ANALYSIS_VERDICT_WEIGH_SERIES_H_
#define SEEP_ANALYSIS_VERDICT_WEIGH_SERIES_H_

#include <vector>

#include "analysis/verdict/decide.h"
#include "analysis/verdict/evidence.h"
#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// One series on its way to a verdict.
struct Judged {
  int index = 0;
  SeriesClass series_class = SeriesClass::kResource;
  int process = 0;  // as in SeriesSpec
  double scale = 1;
  Evidence evidence;
  Decision decision;
  SeriesVerdict verdict;
};

// Resident memory alone creeps in healthy programs, reserved memory is a
// high-water mark: without the heap's (or the resident memory's) word, more is
// asked of them. Lowers decisions.
void WeighTogether(std::vector<Judged>& all, Collector collector);

// The series whose word is the run's; none if there is none. Verdicts are filled in.
// Where some of several processes leak and others do not, one of those speaks.
const Judged* Deciding(const std::vector<Judged>& all);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_WEIGH_SERIES_H_
