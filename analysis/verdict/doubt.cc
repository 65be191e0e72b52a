#include "analysis/verdict/doubt.h"

#include <algorithm>
#include <cmath>

namespace seep::analysis {
namespace {

constexpr double kEnoughSamples = 40;
constexpr double kEnoughCycles = 6;
constexpr double kLeastLonger = 1.5;      // less more would not tell more
constexpr double kMostAdvised_min = 1440;
constexpr double kIntervalShare = 0.8;    // of the tolerance, that half an interval may take

std::string Count(double n) { return Amount(std::round(n), "count"); }

// An interval narrows with the run's length to the power 3/2 (a line's slope).
double LongerByPrecision(const SeriesVerdict& v) {
  const double half = 0.5 * (v.slope_per_minute.high - v.slope_per_minute.low);
  const double wanted = kIntervalShare * v.tolerance.per_minute;
  return half > 0 && wanted > 0 ? std::pow(half / wanted, 2.0 / 3) : 1;
}

// In so short a run the old generation of a heap has not been swept.
bool OnlyMinorCollections(Reason reason, const Evidence& e) {
  return reason == Reason::kFewCycles && e.collections >= kEnoughCycles && e.span_min < kShortRunMin;
}

double TimesLonger(const ExplainInput& in) {
  const Evidence& e = in.evidence;
  double times = kLeastLonger;
  const bool suspect = in.decision.verdict == Verdict::kSuspect;
  if (!suspect) times = std::max(times, LongerByPrecision(in.verdict));
  for (Reason reason : in.decision.reasons) {
    if (reason == Reason::kFewCycles) times = std::max(times, kEnoughCycles / std::max(1, e.long_cycles));
    if (OnlyMinorCollections(reason, e)) times = std::max(times, 1.25 * kShortRunMin / std::max(e.span_min, 0.01));
    if (reason == Reason::kStillWarming || reason == Reason::kOneJump) times = std::max(times, 2.0);
    if (reason == Reason::kRuntimeSettles) times = std::max(times, 1.25 * kShortRunMin / std::max(e.span_min, 0.01));
  }
  if (e.samples < kEnoughSamples) times = std::max(times, kEnoughSamples / std::max(e.samples, 1.0));
  return times;
}

std::string MissingText(const ExplainInput& in) {
  const double samples = static_cast<double>(in.verdict.samples);
  if (samples == 0) return "Cannot be judged: it has no samples.";
  std::string text = "Cannot be judged: " + in.evidence.missing + ".";
  if (in.evidence.missing.find("cover") != std::string::npos) {
    return text + " At least half of it must be covered: record without gaps.";
  }
  const double times = std::ceil(kEnoughSamples / samples);
  if (times > 1) text += " Run " + Count(times) + " times as long, or sample " + Count(times) + " times as often.";
  return text;
}

std::string UncertainText(const ExplainInput& in) {
  const SeriesVerdict& v = in.verdict;
  if (in.decision.verdict == Verdict::kSuspect) {
    return "It seems to grow, but not surely enough to be called a leak.";
  }
  const std::string high = Amount(std::max(v.slope_per_minute.high, 0.0), v.unit) + "/min";
  if (v.slope_per_minute.high < v.tolerance.per_minute) {
    return "A leak of more than " + high + " is excluded, but " +
           (in.evidence.samples < kEnoughSamples ? Count(in.evidence.samples) + " samples are too few to call it clean: 40 are needed."
                                                 : std::string("something in it speaks for growth.")) ;
  }
  return "It cannot be decided: a leak of more than " + high + " is excluded, a smaller one is not (clean would need less than " +
         Amount(v.tolerance.per_minute, v.unit) + "/min).";
}

}  // namespace

std::string DoubtText(Reason reason, const ExplainInput& in) {
  const SeriesVerdict& v = in.verdict;
  const double kb = v.unit == "bytes" ? 1024 : 1;
  switch (reason) {
    case Reason::kNothingToFit: return MissingText(in);
    case Reason::kStillWarming:
      return "It still climbs at the end (" + Amount(in.evidence.average.still_warming * kb, v.unit) +
             "/min), as an unfinished warm-up would.";
    case Reason::kLateDisagrees: return "The last 40 % of the run does not grow as the rest does; a leak would go on.";
    case Reason::kFades: return "The growth fades in the last quarter; a leak would go on.";
    case Reason::kFloorFlat: return "The lowest points do not rise with the rest; of a leak they would.";
    case Reason::kFewCycles:
      if (OnlyMinorCollections(reason, in.evidence)) {
        return "The collections that are seen in so short a run are minor ones: what they leave waits for a full one, and looks exactly like a leak.";
      }
      return "Too few garbage collections: fewer than six cycles were seen, and one cycle looks exactly like a leak.";
    case Reason::kOneJump: return "One single jump carries the growth; it may have been a one-time cost.";
    case Reason::kMisfit: return "It moves in a way that fits neither a leak nor any harmless pattern.";
    case Reason::kSamplesLost: return "Samples are missing (" + in.lost_samples + "), so it is not called clean.";
    case Reason::kBelowTheBar:
      return "It grows, but by too little" +
             (v.per_operation.operation.empty() ? std::string() : " per " + OneOf(v.per_operation.operation)) +
             " in so short a run to be told from a young process that settles.";
    case Reason::kTooLittleGrowth: return "It grows, but by too little in so short a run to be told from a young process that settles.";
    case Reason::kRuntimeSettles:
      return "It gains less than a tenth of what the process holds while no heap grows: in so short a run a young runtime that settles does the same.";
    case Reason::kResidentAlone: return "The process's memory grows while its heap does not, and such creep is common in healthy programs.";
    case Reason::kHeapAlone: return "The heap grows inside memory that the process already held: it may only be waiting for a collection.";
    case Reason::kReservedAlone: return "Reserved memory grows while the memory in use does not.";
    default: return UncertainText(in);
  }
}

std::string Advice(const ExplainInput& in) {
  const bool cycles = std::find(in.decision.reasons.begin(), in.decision.reasons.end(), Reason::kFewCycles) != in.decision.reasons.end();
  const double minutes = in.evidence.span_min * TimesLonger(in);
  const std::string force = " force a collection every 10 to 30 s";
  if (minutes > std::max(kMostAdvised_min, 2 * in.evidence.span_min)) {
    return cycles ? " To settle it," + force + "." : " More time alone will hardly settle it: sample more often, or" + force + ".";
  }
  return " To settle it, run about " + Span(minutes) + " in all" + (cycles ? ", or" + force : "") + ".";
}

}  // namespace seep::analysis
