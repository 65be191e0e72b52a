// The whole-run figures of one series as the seeds' rules look at them.
#ifndef SEEP_ANALYSIS_VERDICT_RULE_FIGURES_H_
#define SEEP_ANALYSIS_VERDICT_RULE_FIGURES_H_

#include "analysis/rules/rules.h"
#include "analysis/series/run_summary.h"
#include "analysis/verdict/run_judge.h"

namespace seep::analysis {

// `summary` must have its open cell closed. Fewer than two samples leave the
// slopes unknown.
RuleSeries FiguresForRules(const RunSummary& summary, int index, const SeriesSpec& spec);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_RULE_FIGURES_H_
