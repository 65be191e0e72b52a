// Two runs, series by series: did the new one become better or worse?
//
// Of each series three figures are compared: its level after the warm-up, what
// it grows by a minute, and what an operation keeps; the last two with the
// judge's own intervals. Growth per operation decides where both runs blame the
// same operation: minutes depend on the pace. Reserved memory (address space,
// high-water marks) is shown and never decides, as for a verdict.
//
// Threads: pure functions.
#ifndef SEEP_ANALYSIS_COMPARE_COMPARE_RUNS_H_
#define SEEP_ANALYSIS_COMPARE_COMPARE_RUNS_H_

#include <string>
#include <vector>

#include "analysis/compare/difference.h"
#include "analysis/compare/level.h"
#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// Below these no difference counts, however sure it is. Two runs of one build
// start some per cent apart (addresses, timing of the loader and collector).
inline constexpr double kDefaultLevelTolerance = 0.05;  // share of the base's level
inline constexpr double kLeastLevelBytes = 512 * 1024;
inline constexpr double kLeastLevelThings = 2;
// Growth: the judge's tolerance, or this share of what the base grows by.
inline constexpr double kGrowthTolerance = 0.05;
inline constexpr double kSamePace = 0.10;  // operations a minute, relative

struct CompareOptions {
  Alignment align = Alignment::kTime;
  double level_tolerance = kDefaultLevelTolerance;
};

struct SeriesComparison {
  std::string series, unit, operation;
  Outcome outcome = Outcome::kCannotTell;
  bool decides = true;  // false: reserved memory
  Verdict base_verdict = Verdict::kInconclusive, verdict = Verdict::kInconclusive;
  Difference level, slope_per_minute, kept_per_operation;
};

struct RunComparison {
  Outcome outcome = Outcome::kCannotTell;
  std::string deciding_series;
  std::string headline;  // "WORSE  rss: +4.31 KB a payment [4.29, 4.33]; was ..."
  std::vector<SeriesComparison> series;  // in the base's order; those that both judged
};

// Operations a minute that a run's curves show; unknown without any.
double PaceOf(const RunVerdict& run);

RunComparison CompareRuns(const RunVerdict& base, const RunVerdict& run, const CompareOptions& options);

const char* OutcomeWord(Outcome outcome);  // "worse", "better", "same", "cannot tell"

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_COMPARE_COMPARE_RUNS_H_
