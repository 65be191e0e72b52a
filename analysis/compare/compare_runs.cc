#include "analysis/compare/compare_runs.h"

#include <algorithm>
#include <cmath>

#include "analysis/verdict/decide.h"
#include "analysis/verdict/run_judge.h"
#include "analysis/verdict/wording.h"

namespace seep::analysis {
namespace {

SeriesClass ClassOf(const SeriesVerdict& s) { return ClassifySeries(s.series, s.unit, false).series_class; }

double OneOrOther(double a, double b, double fallback) {
  if (std::isfinite(a) && std::isfinite(b)) return std::max(a, b);
  return std::isfinite(a) ? a : std::isfinite(b) ? b : fallback;
}

double Share(const Estimate& of) { return std::isfinite(of.value) ? kGrowthTolerance * std::abs(of.value) : 0; }

Difference CompareLevels(const SeriesVerdict& base, const SeriesVerdict& run, const CompareOptions& options) {
  if (base.curve.size() == 0 || run.curve.size() == 0) return Missing("no levels were kept with a verdict");
  if (options.align == Alignment::kOperations && base.curve.operation != run.curve.operation) {
    return Missing("the runs counted different operations");
  }
  const Stretch stretch = InCommon(base.curve, base.warmup_end_s, run.curve, run.warmup_end_s, options.align);
  const Level a = LevelOver(base.curve, options.align, stretch, base.unit);
  const Level b = LevelOver(run.curve, options.align, stretch, base.unit);
  const std::string& missing = a.missing.empty() ? b.missing : a.missing;
  if (!missing.empty()) return Missing(missing);
  const double least = base.unit == "bytes" ? kLeastLevelBytes : kLeastLevelThings;
  return Between(a.estimate, b.estimate, std::max(least, options.level_tolerance * std::abs(a.estimate.value)));
}

Difference CompareSlopes(const SeriesVerdict& base, const SeriesVerdict& run) {
  const double fallback = base.unit == "bytes" ? kDefaultMemoryPerMinuteKb * 1024 : kDefaultResourcePerMinute;
  const double tolerance = OneOrOther(base.tolerance.per_minute, run.tolerance.per_minute, fallback);
  return Between(base.slope_per_minute, run.slope_per_minute, std::max(tolerance, Share(base.slope_per_minute)));
}

Difference CompareKept(const SeriesVerdict& base, const SeriesVerdict& run) {
  const PerOperation& a = base.per_operation;
  const PerOperation& b = run.per_operation;
  if (a.operation.empty() || b.operation.empty()) return Missing("no operation ran in one of them");
  if (a.operation != b.operation) return Missing("kept by " + ManyOf(a.operation) + " there, by " + ManyOf(b.operation) + " here");
  const double fallback = base.unit == "bytes" ? kDefaultMemoryPerOperationKb * 1024 : kDefaultResourcePerOperation;
  const double tolerance = OneOrOther(base.tolerance.per_operation, run.tolerance.per_operation, fallback);
  return Between(a.kept, b.kept, std::max(tolerance, Share(a.kept)));
}

// What an operation keeps decides where it can: by chance alone one run's minutes
// hold more operations than the other's. At another pace they say nothing.
Outcome OutcomeOfGrowth(const SeriesComparison& s, bool same_pace) {
  const Outcome kept = s.kept_per_operation.outcome;
  if (kept != Outcome::kCannotTell || !same_pace) return kept;
  return s.slope_per_minute.outcome;
}

Outcome OutcomeOfSeries(const SeriesComparison& s, bool same_pace) {
  const Outcome growth = OutcomeOfGrowth(s, same_pace), level = s.level.outcome;
  if (growth == Outcome::kWorse || level == Outcome::kWorse) return Outcome::kWorse;
  if (growth == Outcome::kBetter) return Outcome::kBetter;
  if (growth == Outcome::kCannotTell || level == Outcome::kCannotTell) return Outcome::kCannotTell;
  return level;  // the growth is the same
}

const SeriesVerdict* Find(const RunVerdict& run, const std::string& series) {
  const auto found = std::find_if(run.series.begin(), run.series.end(), [&](const auto& s) { return s.series == series; });
  return found == run.series.end() || !found->judged ? nullptr : &*found;
}

// Which of them speaks for the run: heaps first, then resident memory.
int Rank(const SeriesComparison& s) {
  switch (ClassifySeries(s.series, s.unit, false).series_class) {
    case SeriesClass::kHeapMemory: return 3;
    case SeriesClass::kResidentMemory: return s.series == "rss" ? 2 : 1;
    default: return 0;
  }
}

const SeriesComparison* First(const std::vector<SeriesComparison>& all, Outcome outcome) {
  const SeriesComparison* best = nullptr;
  for (const SeriesComparison& s : all) {
    if (s.decides && s.outcome == outcome && (best == nullptr || Rank(s) > Rank(*best))) best = &s;
  }
  return best;
}

const SeriesComparison* Leading(const std::vector<SeriesComparison>& all) {
  const SeriesComparison* best = nullptr;
  for (const SeriesComparison& s : all) {
    if (s.decides && (best == nullptr || Rank(s) > Rank(*best))) best = &s;
  }
  return best;
}

std::string WithInterval(const Estimate& e, const std::string& unit) {
  return Amount(e.value, unit, true) + " [" + Amount(e.low, unit, true) + ", " + Amount(e.high, unit, true) + "]";
}

// The figure that made the outcome, in words.
std::string Figure(const SeriesComparison& s) {
  if (s.kept_per_operation.outcome == s.outcome) {
    const Difference& d = s.kept_per_operation;
    return WithInterval(d.delta, s.unit) + " kept " + AnOne(s.operation) + " (" + Amount(d.base.value, s.unit) + " before, " +
           Amount(d.run.value, s.unit) + " now)";
  }
  if (s.slope_per_minute.outcome == s.outcome && s.slope_per_minute.missing.empty()) {
    return RateWithInterval(s.slope_per_minute.delta, s.unit);
  }
  if (s.level.outcome == s.outcome && s.level.missing.empty()) {
    return "level " + WithInterval(s.level.delta, s.unit) + " (" + Amount(s.level.base.value, s.unit) + " before)";
  }
  if (!s.level.missing.empty()) return s.level.missing;
  return "the runs are too short or too noisy for the tolerance";
}

std::string Headline(const RunComparison& c) {
  std::string word = OutcomeWord(c.outcome);
  std::transform(word.begin(), word.end(), word.begin(), [](char ch) { return ch >= 'a' && ch <= 'z' ? static_cast<char>(ch - 32) : ch; });
  for (const SeriesComparison& s : c.series) {
    if (s.series == c.deciding_series) return word + "  " + s.series + ": " + Figure(s);
  }
  return word + "  the runs judged no series in common";
}

}  // namespace

const char* OutcomeWord(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCannotTell: return "cannot tell";
    case Outcome::kSame: return "same";
    case Outcome::kBetter: return "better";
    case Outcome::kWorse: return "worse";
  }
  return "cannot tell";
}

double PaceOf(const RunVerdict& run) {
  for (const SeriesVerdict& s : run.series) {
    const std::vector<double>& count = s.curve.operations;
    if (count.size() < 2 || s.curve.t_s.back() <= s.curve.t_s.front()) continue;
    return (count.back() - count.front()) / (s.curve.t_s.back() - s.curve.t_s.front()) * 60;
  }
  return kUnknown;
}

RunComparison CompareRuns(const RunVerdict& base, const RunVerdict& run, const CompareOptions& options) {
  RunComparison result;
  const double a = PaceOf(base), b = PaceOf(run);
  const bool same_pace = !std::isfinite(a) || !std::isfinite(b) || std::abs(a - b) <= kSamePace * std::max(a, b);
  for (const SeriesVerdict& of_base : base.series) {
    const SeriesVerdict* const of_run = of_base.judged ? Find(run, of_base.series) : nullptr;
    if (of_run == nullptr) continue;
    SeriesComparison s;
    s.series = of_base.series;
    s.unit = of_base.unit;
    s.operation = of_base.per_operation.operation;
    s.decides = ClassOf(of_base) != SeriesClass::kReservedMemory;
    s.base_verdict = of_base.verdict;
    s.verdict = of_run->verdict;
    s.level = CompareLevels(of_base, *of_run, options);
    s.slope_per_minute = CompareSlopes(of_base, *of_run);
    s.kept_per_operation = CompareKept(of_base, *of_run);
    s.outcome = OutcomeOfSeries(s, same_pace);
    result.series.push_back(std::move(s));
  }
  const SeriesComparison* deciding = First(result.series, Outcome::kWorse);
  const SeriesComparison* const leading = Leading(result.series);
  if (deciding == nullptr && leading != nullptr && leading->outcome != Outcome::kCannotTell) {
    deciding = First(result.series, Outcome::kBetter);
  }
  if (deciding == nullptr) deciding = leading;
  if (deciding != nullptr) {
    result.outcome = deciding->outcome;
    result.deciding_series = deciding->series;
  }
  result.headline = Headline(result);
  return result;
}

}  // namespace seep::analysis
