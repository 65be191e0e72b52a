#include "analysis/verdict/decide.h"

#include <algorithm>
#include <cmath>

namespace seep::analysis {
namespace {

constexpr double kLeakBarKb = 15;            // KB a minute
// A leak that nothing else is needed to explain may be less sure; one that
// shows only after two other shapes are taken out must be surer.
struct Bar {
  double probability;
  double errors;  // growth over its standard error
};
constexpr Bar kMemoryBars[] = {{0.86, 5.8}, {0.95, 4}, {0.99, 8}};    // by nuisances in the best model
constexpr Bar kCountBars[] = {{0.965, 8}, {0.98, 4}, {0.985, 8}};     // several counts a run: each must be surer
constexpr double kOperationErrors = 5;
constexpr double kFewSamples = 40;           // fewer must be surer
constexpr double kFewSamplesProbability = 0.995;
constexpr double kSecondLookProbability = 0.85;
constexpr double kSuspectProbability = 0.85;
constexpr double kWidth95 = 3.92;            // of a 95 % interval, in standard errors
constexpr double kSharpErrors = 12;
constexpr double kModelSpread = 1.15;        // intervals widened until they cover what they claim
constexpr double kAllocatorShare = 0.05;     // of RSS growth: chunk headers, rounding, fragments
constexpr double kStillGrowing = 0.6;        // of the growth: less is not the same growth any more
constexpr double kNoSign = 0.25;             // of growth: below it nothing speaks for any
constexpr double kLeastGrowthKb = 160;
constexpr double kLeastGrowthUnits = 2.6;
constexpr double kSettlingKb = 300;          // over a whole run: what a short one may still settle by
constexpr double kShortRunGrowthKb = 1024;   // allocators warm up by hundreds of KB
constexpr double kUncollectedKb = 48 * 1024; // Java's cycles reach 48 MB

bool IsMemory(SeriesClass c) { return c != SeriesClass::kResource; }

double LeastGrowth(const Evidence& e) {
  return e.whole_numbers ? std::max(kLeastGrowthUnits, 0.01 * e.level) : std::max(kLeastGrowthKb, 0.0005 * e.level);
}

double CleanTolerance(const Evidence& e, const DecisionContext& context) {
  if (!std::isnan(context.stated.per_minute)) return context.stated.per_minute;
  if (e.whole_numbers) return std::max({kDefaultResourcePerMinute, 4 / e.span_min, 0.01 * e.level / e.span_min});
  return std::max({kDefaultMemoryPerMinuteKb, 0.10 * e.level / 360, kSettlingKb / e.span_min});
}

struct Checks {
  bool consistent = true;
  bool few_cycles = false;
  bool misfit = false;
  std::vector<Reason> failed;
};

Checks Check(const Evidence& e) {
  Checks c;
  const double g = e.average.growth_slope;
  const bool by_operation = e.average.best_growth == Growth::kOperation;
  if (!by_operation && g > 0) {
    const double se = e.average.standard_error;
    const double gap = (g - e.late.per_minute) / std::max(std::hypot(e.late.standard_error, se), 1e-9);
    const bool slower = gap > (e.whole_numbers ? 2.0 : 2.5) && e.late.per_minute < kStillGrowing * g;
    if (slower || e.late.per_minute + e.late.standard_error < 0) {
      c.consistent = false;
      c.failed.push_back(Reason::kLateDisagrees);
    }
    const double fade = (g - e.last_quarter.per_minute) / std::max(std::hypot(e.last_quarter.standard_error, se), 1e-9);
    if (c.consistent && fade > 3 && e.last_quarter.per_minute < 0.35 * g) {
      c.consistent = false;
      c.failed.push_back(Reason::kFades);
    }
  }
  if (e.floors && e.average.best_growth == Growth::kLine &&
      e.floors->per_minute + 1.5 * e.floors->standard_error < 0.4 * g) {
    c.consistent = false;
    c.failed.push_back(Reason::kFloorFlat);
  }
  if (e.long_cycles >= 1 && e.long_cycles <= 5 && e.segments == 1) {
    c.few_cycles = true;
    c.failed.push_back(Reason::kFewCycles);
  }
  const auto& shapes = e.average.best_nuisances;
  const bool step_modelled = std::any_of(shapes.begin(), shapes.end(), [](Nuisance k) {
    return k == Nuisance::kStep || k == Nuisance::kLateWarmUp;
  });
  if (e.jump_share > 0.6 && !step_modelled) {
    c.few_cycles = true;
    c.failed.push_back(Reason::kOneJump);
  }
  // A leak that comes and goes fits no shape, but rises on every stretch.
  const bool rises = e.suffix_z[0] > 8 && e.suffix_z[1] > 5 && e.suffix_z[2] > 3;
  c.misfit = !rises && e.average.probability < 0.999 && e.average.residual_sd > 2 * e.average.local_noise && e.average.autocorrelation > 0.6;
  if (c.misfit) c.failed.push_back(Reason::kMisfit);
  return c;
}

// Growth over its standard error. A line may be badly placed beside the same shapes
// where an onset or an operation fits sharply; then that sharpness counts.
double ErrorsOfGrowth(const Average& average) {
  const double sharp = average.growth_slope * kWidth95 / std::max(average.growth_high - average.growth_low, 1e-12);
  const double line = average.growth_slope / average.standard_error;
  return sharp >= kSharpErrors ? std::max(line, sharp) : line;
}

bool SureEnough(const Evidence& e) {
  const std::size_t shapes = std::min<std::size_t>(e.average.best_nuisances.size(), 2);
  const Bar& bar = e.whole_numbers ? kCountBars[shapes] : kMemoryBars[shapes];
  const double errors = ErrorsOfGrowth(e.average);
  if (e.average.best_growth == Growth::kOperation && errors < kOperationErrors) return false;
  const double probability = e.samples < kFewSamples ? kFewSamplesProbability : bar.probability;
  if (shapes == 0 && e.average.best_growth == Growth::kNone) return false;
  return e.average.probability >= probability && errors >= bar.errors;
}

int CountingOperation(const Evidence& e) {
  int best = -1;
  for (int i = 0; i < static_cast<int>(e.operations.size()); ++i) {
    if (best < 0 || e.operations[i].count > e.operations[best].count) best = i;
  }
  for (int i = 0; i < static_cast<int>(e.operations.size()); ++i) {
    if (e.operations[i].weight > 0.05 && (best < 0 || e.operations[i].weight > e.operations[best].weight)) best = i;
  }
  return best;
}

// A managed heap whose collector has not run often enough: one cycle looks
// exactly like a leak.
bool Uncollected(const Evidence& e, const DecisionContext& context) {
  if (context.collector != Collector::kManaged) return false;
  // Within minutes the falls that are seen are minor collections; the old
  // generation has not been swept yet.
  if (e.collections >= 6 && e.span_min >= kShortRunMin) return false;
  if (context.series_class == SeriesClass::kReservedMemory || e.whole_numbers || e.constant) return false;
  const double growth = e.average.growth_slope * e.span_min;
  return growth < std::max(kUncollectedKb, 0.5 * e.first_level);
}

// What the fit cannot know of: shapes that are none of ours, the chance in how
// many operations came, the allocator's share in resident memory.
void Widen(const Evidence& e, const DecisionContext& context, Decision& d) {
  const double low = d.slope - d.low, high = d.high - d.slope;
  double chance = 0;
  for (const OperationRate& rate : e.operations) {
    chance += rate.weight * 1.96 * rate.rate_error * std::abs(d.slope);
  }
  // Things are kept one by one: another run would keep N give or take the root of N.
  const double kept = std::abs(d.slope) * e.span_min;
  if (e.whole_numbers && kept > 0) chance = std::max(chance, 1.96 * std::abs(d.slope) / std::sqrt(std::max(kept, 1.0)));
  const double allocator =
      context.series_class == SeriesClass::kResidentMemory ? kAllocatorShare * std::max(d.slope, 0.0) : 0;
  if (low > 0) d.low = d.slope - std::hypot(kModelSpread * low, chance) - allocator;
  if (high > 0) d.high = d.slope + std::hypot(kModelSpread * high, chance);
}

// Once "whether" is answered, the interval is of "how much".
void ReportHowMuch(const Evidence& e, const DecisionContext& context, Decision& d) {
  d.low = e.average.growth_low;
  d.high = e.average.growth_high;
  Widen(e, context, d);
  d.low = std::max(d.low, kZeroShare * e.bar);
}

// Where growth is shown, what an operation keeps is fitted on its counts: a pace
// that changed would bend slope / pace. Else it is the slope's share.
void ReportPerOperation(const Evidence& e, const DecisionContext& context, Decision& d) {
  if (d.operation < 0) return;
  const OperationRate& rate = e.operations[d.operation];
  if (e.average.probability > 0.5 && !std::isnan(rate.kept)) {
    const double allocator =
        context.series_class == SeriesClass::kResidentMemory ? kAllocatorShare * std::max(rate.kept, 0.0) : 0;
    d.kept = rate.kept;
    d.kept_low = rate.kept - kModelSpread * (rate.kept - rate.kept_low) - allocator;
    d.kept_high = rate.kept + kModelSpread * (rate.kept_high - rate.kept);
    return;
  }
  d.kept = d.slope / rate.per_minute;
  d.kept_low = d.low / rate.per_minute;
  d.kept_high = d.high / rate.per_minute;
}

void DecideByMinute(const Evidence& e, Decision& d) {
  const Checks checks = Check(e);
  const double p = e.average.probability, g = e.average.growth_slope;
  const double grown = g * e.span_min, least = LeastGrowth(e);
  const bool second_look = p >= kSecondLookProbability && e.suffix_z[1] > 6 && e.suffix_z[2] > 3 &&
                           e.average.still_warming > 0.5 * e.bar;
  const bool sound = checks.consistent && !checks.misfit && !checks.few_cycles;
  const bool sure = SureEnough(e);
  if ((sure || (second_look && e.average.best_nuisances.empty())) && g >= e.bar && grown >= least && sound) {
    d.verdict = Verdict::kLeak;
    d.reasons = {sure ? Reason::kGrowthProven : Reason::kGrowthProvenBySuffixes};
    return;
  }
  d.reasons = checks.failed;
  const double warming = e.average.still_warming;
  if (p >= kSuspectProbability && g >= 0.6 * e.bar && grown >= 0.6 * least && (checks.consistent || p >= 0.99)) {
    d.verdict = Verdict::kSuspect;
    if (d.reasons.empty()) d.reasons.push_back(Reason::kTooUncertain);
  } else if (warming > d.tolerance_per_minute && warming * e.span_min * 0.15 > 3 * e.average.local_noise) {
    d.verdict = Verdict::kSuspect;
    d.reasons.push_back(Reason::kStillWarming);
  } else if (!checks.few_cycles && d.high < d.tolerance_per_minute && p < 0.5 &&
             warming < (e.whole_numbers ? d.tolerance_per_minute : e.bar) && e.samples >= kFewSamples) {
    d.verdict = Verdict::kClean;
    d.reasons = {Reason::kWithinTolerancePerMinute};
  } else if (d.reasons.empty()) {
    d.reasons.push_back(Reason::kTooUncertain);
  }
}

// A run too short for minutes, or a tolerance stated per operation.
// Too noisy for the tolerance a minute, but nothing grows, and what could
// hide in the noise is below the tolerance an operation.
bool CleanPerOperation(const Evidence& e, const DecisionContext& context, const Decision& d) {
  if (d.verdict != Verdict::kInconclusive || d.operation < 0 || !IsMemory(context.series_class)) return false;
  if (std::any_of(d.reasons.begin(), d.reasons.end(), [](Reason r) { return r == Reason::kFewCycles; })) return false;
  const OperationRate& rate = e.operations[d.operation];
  return rate.count >= 20 && e.samples >= kFewSamples && e.average.probability < kNoSign && e.suffix_z[0] < 2.5 && e.suffix_z[1] < 2.5 &&
         d.high < d.tolerance_per_operation * rate.per_minute &&
         e.average.still_warming < d.tolerance_per_operation * rate.per_minute;
}

bool JudgedPerOperation(const Evidence& e, const DecisionContext& context, const Decision& d) {
  if (d.operation < 0 || !IsMemory(context.series_class)) return false;
  if (e.operations[d.operation].count < 20) return false;
  return e.span_min < kShortRunMin || !std::isnan(context.stated.per_operation);
}

// What a young process may still grow by: allocators warm up by hundreds of KB, a
// runtime with a collector by a tenth of what it has.
double LeastShortGrowth(const Evidence& e, const DecisionContext& context) {
  const bool runtime = context.collector != Collector::kNone && context.series_class == SeriesClass::kResidentMemory;
  return std::max(kShortRunGrowthKb, runtime ? kRuntimeSettles * e.first_level : 0.0);
}

void DecideByOperation(const Evidence& e, const DecisionContext& context, Decision& d) {
  const double rate = e.operations[d.operation].per_minute;
  const double low = d.low / rate, high = d.high / rate;
  const double tolerance = d.tolerance_per_operation;
  if (d.verdict == Verdict::kClean && d.high < tolerance * rate) return;
  const bool growing = d.verdict == Verdict::kLeak || d.verdict == Verdict::kSuspect;
  if (high < tolerance && e.samples >= kFewSamples && (!growing || e.average.growth_slope / rate < tolerance)) {
    d.verdict = Verdict::kClean;
    d.per_operation = true;
    d.reasons = {Reason::kWithinTolerancePerOperation};
    return;
  }
  if (d.verdict != Verdict::kLeak) return;
  // Resident memory of a young process creeps by fractions of a KB an
  // operation; twice the tolerance is beyond that.
  const double margin = context.series_class == SeriesClass::kHeapMemory ? 1.0 : 2.0;
  if (low < margin * tolerance || e.average.growth_slope * e.span_min < LeastShortGrowth(e, context)) {
    d.verdict = Verdict::kSuspect;
    d.reasons = {Reason::kBelowTheBar};
    return;
  }
  d.per_operation = true;
  d.reasons = {Reason::kGrowthPerOperation};
}

void ApplyCaution(const Evidence& e, const DecisionContext& context, Decision& d) {
  if (d.verdict == Verdict::kLeak && e.span_min < kShortRunMin && IsMemory(context.series_class) && !d.per_operation &&
      e.average.growth_slope * e.span_min < kShortRunGrowthKb) {
    d.verdict = Verdict::kSuspect;
    d.reasons = {Reason::kTooLittleGrowth};
  }
  if (d.verdict != Verdict::kInconclusive && Uncollected(e, context)) {
    d.verdict = Verdict::kInconclusive;
    d.reasons = {Reason::kFewCycles};
  }
  if (d.verdict == Verdict::kClean && !context.lost_samples.empty()) {
    d.verdict = Verdict::kInconclusive;
    d.reasons = {Reason::kSamplesLost};
  }
}

}  // namespace

double LeakBar(SeriesClass series_class, const StatedTolerance& stated, double span_min) {
  const double minutes = std::max(span_min, 1.0);
  if (!std::isnan(stated.per_minute)) return 0.75 * stated.per_minute;
  if (!IsMemory(series_class)) return std::max(kLeastGrowthUnits / minutes, 0.2 / 60);
  return kLeakBarKb;
}

Decision Decide(const Evidence& e, const DecisionContext& context) {
  Decision d;
  d.tolerance_per_operation = !std::isnan(context.stated.per_operation) ? context.stated.per_operation
                              : IsMemory(context.series_class)          ? kDefaultMemoryPerOperationKb
                                                                        : kDefaultResourcePerOperation;
  d.tolerance_per_minute = !std::isnan(context.stated.per_minute) ? context.stated.per_minute
                           : IsMemory(context.series_class)       ? kDefaultMemoryPerMinuteKb
                                                                  : kDefaultResourcePerMinute;
  if (!e.missing.empty()) {
    d.reasons = {Reason::kNothingToFit};
    d.slope = d.low = d.high = kUnknown;
    return d;
  }
  d.tolerance_per_minute = CleanTolerance(e, context);
  d.operation = CountingOperation(e);
  d.slope = e.average.probability > 0.5 ? e.average.end_slope : e.average.slope;
  d.low = e.average.low;
  d.high = e.average.high;
  Widen(e, context, d);
  if (e.constant) {
    d.slope = 0;
    d.verdict = Verdict::kClean;
    d.reasons = {Reason::kConstant};
    d.low = d.high = 0;
  } else {
    DecideByMinute(e, d);
    if (JudgedPerOperation(e, context, d)) DecideByOperation(e, context, d);
    if (CleanPerOperation(e, context, d)) {
      d.verdict = Verdict::kClean;
      d.per_operation = true;
      d.reasons = {Reason::kWithinTolerancePerOperation};
    }
  }
  if (d.verdict == Verdict::kLeak && !d.per_operation) ReportHowMuch(e, context, d);
  ReportPerOperation(e, context, d);
  ApplyCaution(e, context, d);
  return d;
}

}  // namespace seep::analysis
