// What a RunJudge holds, and the judging of it.
#ifndef SEEP_ANALYSIS_VERDICT_RUN_STATE_H_
#define SEEP_ANALYSIS_VERDICT_RUN_STATE_H_

#include <string>
#include <vector>

#include "analysis/series/run_summary.h"
#include "analysis/series/track.h"
#include "analysis/verdict/run_judge.h"

namespace seep::analysis {

struct Limit {
  std::string series;
  double value = kUnknown;
  std::string name;
};

struct Gap {
  Interval window;
  std::string reason;
};

struct RunState {
  JudgePolicy policy;
  std::vector<SeriesSpec> series;
  std::vector<std::string> operations;
  std::vector<Interval> faults;
  std::vector<Gap> gaps;
  std::vector<Limit> limits;
  std::string invalid;
  RunSummary summary;
  bool any_sample = false;
  double last_t_s = 0;
  int generation = 0;
  std::int32_t segment = 0;
};

// The whole judgement, on a copy of the summary: the state is left as it was.
RunVerdict AssessRun(const RunState& state);

struct RunJudge::State : RunState {};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_RUN_STATE_H_
