// From evidence to one of the five words, with the reasons.
//
// Threads: pure functions. The thresholds are those of detection.md, steps 6
// and 7, plus the rule for short runs, which judges per operation.
#ifndef SEEP_ANALYSIS_VERDICT_DECIDE_H_
#define SEEP_ANALYSIS_VERDICT_DECIDE_H_

#include <string>
#include <vector>

#include "analysis/verdict/evidence.h"
#include "analysis/verdict/run_judge.h"
#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// Tolerances as the spec states them, in engine units (KB, things); NaN: default.
struct StatedTolerance {
  double per_minute = kUnknown;
  double per_operation = kUnknown;
};

struct DecisionContext {
  SeriesClass series_class = SeriesClass::kHeapMemory;
  StatedTolerance stated;
  Collector collector = Collector::kNone;
  std::string lost_samples;  // not empty: samples are missing that nobody explained away
};

// Why a verdict is what it is; rendered by explain.h.
enum class Reason : std::uint8_t {
  kNothingToFit, kConstant, kGrowthProven, kGrowthProvenBySuffixes, kGrowthPerOperation,
  kWithinTolerancePerMinute, kWithinTolerancePerOperation, kTooLittleGrowth, kStillWarming,
  kLateDisagrees, kFades, kFloorFlat, kFewCycles, kOneJump, kMisfit, kSamplesLost,
  kTooUncertain, kBelowTheBar, kResidentAlone, kReservedAlone, kHeapAlone, kRuntimeSettles,
};

struct Decision {
  Verdict verdict = Verdict::kInconclusive;
  std::vector<Reason> reasons;
  double tolerance_per_minute = 0;      // engine units
  double tolerance_per_operation = 0;
  bool per_operation = false;           // the verdict is about operations, not minutes
  int operation = -1;                   // index into evidence.operations of the one that counts; -1 none
  double slope = 0, low = 0, high = 0;  // per minute, as reported
  double kept = kUnknown, kept_low = kUnknown, kept_high = kUnknown;  // per operation, as reported
};

Decision Decide(const Evidence& evidence, const DecisionContext& context);

// The smallest growth a minute that is worth calling a leak, before anything is fitted.
double LeakBar(SeriesClass series_class, const StatedTolerance& stated, double span_min);

// Documented defaults.
inline constexpr double kDefaultMemoryPerMinuteKb = 20;
inline constexpr double kDefaultMemoryPerOperationKb = 0.5;
inline constexpr double kDefaultResourcePerMinute = 2.0 / 60;
inline constexpr double kDefaultResourcePerOperation = 0.01;
// Below this a memory series is judged per operation: pages, pools and caches
// fill at the start of any process, and minutes cannot tell them from a leak.
inline constexpr double kShortRunMin = 4;
// What a runtime with a collector may still come to hold in so short a run, of
// what the process holds (Node: 4 of 60 MB in 20 s).
inline constexpr double kRuntimeSettles = 0.1;

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_DECIDE_H_
