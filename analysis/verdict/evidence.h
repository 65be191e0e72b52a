// Everything measured about one series before any verdict is spoken.
//
// Units here are the engine's: KB for bytes, things for counts, minutes for
// rates. Threads: pure functions. Failure: `missing` says what is lacking.
#ifndef SEEP_ANALYSIS_VERDICT_EVIDENCE_H_
#define SEEP_ANALYSIS_VERDICT_EVIDENCE_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/changepoint/levels.h"
#include "analysis/series/track.h"
#include "analysis/shapes/model_average.h"
#include "analysis/trend/ar_slope.h"
#include "analysis/verdict/verdict.h"

namespace seep::analysis {

struct EvidenceRequest {
  Track track;
  bool whole_numbers = false;    // a count of things
  double bar_per_minute = 15;    // smallest growth worth calling a leak
  bool load_varies = false;
  bool covariate_is_steady = false;  // the heap behind the covariate was judged not to grow
};

struct OperationRate {
  int operation = -1;
  double per_minute = 0;  // over the fitted stretches
  double count = 0;
  double weight = 0;      // posterior share of "grows with this operation"
  double rate_error = 0;  // relative: operations arrive at random, another run would count others
  // Kept by one, fitted on its own counts; NaN where nothing could be fitted.
  double kept = kUnknown, kept_low = kUnknown, kept_high = kUnknown;
};

struct Evidence {
  std::string missing;  // not empty: cannot be judged, and why
  bool whole_numbers = false;
  double bar = 15;
  double span_min = 0;      // first to last fitted sample
  double fitted_min = 0;    // inside segments only
  double level = 0;         // median of the levels
  double first_level = 0;
  int levels = 0;
  int segments = 0;
  int collections = 0;
  int long_cycles = 0;      // collector cycles too long to average out
  LevelKind kind = LevelKind::kFloor;
  double samples = 0;       // that were fitted
  bool constant = false;    // every level the same: nothing to fit
  bool screened = false;    // no suffix rises: the contest was not needed
  bool explained_by_load = false;
  double peak_per_minute = 0;      // growth of the heap's peak beside it; resident memory only
  bool explained_by_peak = false;  // of the heap: what it says of the heap is no second opinion
  SlopeFit whole, late, last_quarter;
  std::optional<SlopeFit> floors;
  std::array<double, 4> suffix_z{};  // slopes from 0, .3, .5, .7 of the run
  double jump_share = 0;    // of the growth that one jump carries
  Average average;
  std::vector<OperationRate> operations;
};

Evidence Gather(const EvidenceRequest& request);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_EVIDENCE_H_
