// Which stretches of a run are fitted, and which samples are missing from it.
//
// Threads: pure functions. `summary` has its open cell closed.
#ifndef SEEP_ANALYSIS_VERDICT_FITTED_STRETCHES_H_
#define SEEP_ANALYSIS_VERDICT_FITTED_STRETCHES_H_

#include <string>
#include <vector>

#include "analysis/series/track.h"
#include "analysis/verdict/run_state.h"

namespace seep::analysis {

// Fault windows and the settle time after them, the latter capped so that
// restarts every few seconds still leave something to judge; and the start of
// every generation.
std::vector<Interval> LeftOut(const RunState& state, const RunSummary& summary);

// What is missing, in words; empty if nothing, or so little that CLEAN may stand.
std::string Losses(const RunState& state, const RunSummary& summary);

// Levels on both sides of a gap are no line: each side gets its own intercept.
void SplitAtGaps(const std::vector<Gap>& gaps, Track& track);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_FITTED_STRETCHES_H_
