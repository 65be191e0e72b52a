#include "analysis/verdict/explain.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "analysis/verdict/doubt.h"

namespace seep::analysis {
namespace {

constexpr double kSurelyTheOperation = 0.8;  // share of the weight that says "per operation"

std::string Plain(const char* format, int a) {
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, format, a);
  return buffer;
}

const char* KindWord(LevelKind kind) {
  switch (kind) {
    case LevelKind::kFloor: return "floors";
    case LevelKind::kMedian: return "midpoints";
    case LevelKind::kMean: return "averages";
  }
  return "levels";
}

// "40 floors over 58 min, 57 collections, +51 KB/min [46, 56]".
std::string Basis(const ExplainInput& in) {
  const Evidence& e = in.evidence;
  std::string text = Plain("%d ", e.levels) + KindWord(e.kind) + " over " + Span(e.span_min);
  if (e.segments > 1) text += Plain(" in %d generations", e.segments);
  if (e.explained_by_load) text += " (the load's part taken out)";
  if (e.collections > 0) text += Plain(", %d collections", e.collections);
  return text + ", " + RateWithInterval(in.verdict.slope_per_minute, in.verdict.unit);
}

bool HasOperation(const SeriesVerdict& v) { return v.per_operation.kept.known() && !v.per_operation.operation.empty(); }

std::string KeptPerOperation(const SeriesVerdict& v) {
  if (!HasOperation(v) || !(v.per_operation.kept.value > 0)) return "";
  const std::string kept = AmountPerOperation(v.per_operation.kept.value, v.unit, v.per_operation.operation);
  if (kept.starts_with("1 in ")) return ", one kept per " + kept.substr(5);
  return ", " + Amount(v.per_operation.kept.value, v.unit) + " kept per " + OneOf(v.per_operation.operation);
}

// What a harmless shape did, said so that it cannot be taken for a leak.
std::string ShapeSentence(Nuisance shape, const std::string& settled) {
  switch (shape) {
    case Nuisance::kNone: return "";
    case Nuisance::kWarmUp: return " It warmed up at the start, as a cache that fills" + settled + ", and then held its level.";
    case Nuisance::kManyPools: return " It warmed up at the start, as pools that fill one after another" + settled + ", and then held its level.";
    case Nuisance::kSlowWarmUp: return " What movement there is slows down ever more, as a long warm-up does.";
    case Nuisance::kRampToFlat: return " A cache filled at a steady pace until it was full" + settled + "; since then it holds its level.";
    case Nuisance::kStep: return " There was a one-time step, and the level held after it: a one-time cost, where a leak would go on.";
    case Nuisance::kLateWarmUp: return " It warmed up once more later in the run, as when something new is loaded, and settled again.";
    case Nuisance::kWave: return " It swings up and down and comes back each time.";
    case Nuisance::kSlowWave: return " It swings slowly up and down without climbing.";
  }
  return "";
}

std::string WhatMoved(const ExplainInput& in) {
  const Evidence& e = in.evidence;
  if (e.constant || e.screened) return "";
  std::string text, settled;
  if (in.verdict.warmup_end_s >= 60) settled = " (over after " + Span(in.verdict.warmup_end_s / 60) + ")";
  for (std::size_t i = 0; i < e.average.best_nuisances.size(); ++i) {
    const auto& shapes = e.average.best_nuisances;
    if (i > 0 && shapes[i] == shapes[i - 1]) continue;
    text += ShapeSentence(shapes[i], i == 0 ? settled : "");
  }
  return text;
}

std::string LeakText(const ExplainInput& in) {
  const SeriesVerdict& v = in.verdict;
  const Average& a = in.evidence.average;
  std::string text = Basis(in) + KeptPerOperation(v);
  text += a.rival == Nuisance::kNone ? "; beats a flat line." : "; beats a " + std::string(NuisanceName(a.rival)) + ", the likeliest harmless explanation.";
  if (std::isfinite(v.onset_s)) {
    text += " The leak began about " + Span(v.onset_s / 60) + " into the run.";
  } else if (v.warmup_end_s >= 60 && !a.best_nuisances.empty()) {
    text += " What moved in the first " + Span(v.warmup_end_s / 60) + " is not counted as a leak.";
  }
  if (v.per_operation.weight > kSurelyTheOperation && HasOperation(v)) {
    text += " It grows with the " + ManyOf(v.per_operation.operation) + " rather than with time.";
  }
  if (std::isfinite(v.limit_reached_in_s)) {
    text += v.limit_reached_in_s > 0 ? " At this pace the limit (" + v.limit + ") is reached in " + Span(v.limit_reached_in_s / 60) + "."
                                     : " The limit (" + v.limit + ") is reached already.";
  }
  if (v.detectable_per_minute > 0) text += " The smallest leak this run could have shown is " + Amount(v.detectable_per_minute, v.unit) + "/min.";
  return text;
}

// The upper end of the interval, where the line just named the operation.
std::string MostKept(const SeriesVerdict& v) {
  const std::string text = AmountPerOperation(std::max(v.per_operation.kept.high, 0.0), v.unit, v.per_operation.operation);
  if (text.starts_with("1 in ")) return text.substr(0, text.find(' ', 5));
  return text.substr(0, text.rfind(" " + AnOne(v.per_operation.operation)));
}

// The tolerance per operation: excluded as well, or beyond what this run can say.
std::string PerOperationPart(const SeriesVerdict& v) {
  if (!HasOperation(v)) return "";
  const std::string& operation = v.per_operation.operation;
  const std::string tolerance = AmountPerOperation(v.tolerance.per_operation, v.unit, operation);
  if (v.per_operation.kept.high < v.tolerance.per_operation) return " and less than " + tolerance + " (at most " + MostKept(v) + ")";
  return ", though it can say nothing about " + tolerance + " (only that it is less than " + MostKept(v) + ")";
}

std::string CleanText(const ExplainInput& in, Reason reason) {
  const SeriesVerdict& v = in.verdict;
  const std::string& unit = v.unit;
  if (reason == Reason::kConstant) {
    return "Stayed at exactly " + Amount(v.last, unit) + " for " + Span(in.evidence.span_min) + ".";
  }
  std::string text = Basis(in) + ". ";
  const std::string per_minute = Amount(v.tolerance.per_minute, unit) + "/min";
  if (reason == Reason::kWithinTolerancePerOperation && HasOperation(v)) {
    const std::string& operation = v.per_operation.operation;
    text += "Keeps less than " + AmountPerOperation(v.tolerance.per_operation, unit, operation) + " (at most " + MostKept(v) + "), though it can say nothing about " + per_minute + ": for that it is too short or moves too much.";
  } else {
    text += "Keeps less than " + per_minute + " (at most " + Amount(std::max(v.slope_per_minute.high, 0.0), unit) + ")" +
            PerOperationPart(v) + ". A slower leak than that cannot be excluded.";
  }
  return text + WhatMoved(in);
}

}  // namespace

std::string ShapeName(const Evidence& e) {
  if (e.constant || e.screened || !e.missing.empty()) return "flat";
  std::string text;
  for (Nuisance shape : e.average.best_nuisances) {
    text += (text.empty() ? "" : " and ") + std::string(NuisanceName(shape));
  }
  if (e.average.best_growth != Growth::kNone && e.average.probability > 0.5) {
    text += (text.empty() ? "" : ", then ") + std::string(GrowthName(e.average.best_growth));
  }
  return text.empty() ? "flat" : text;
}

std::string Explain(const ExplainInput& in) {
  const std::vector<Reason>& reasons = in.decision.reasons;
  const Reason first = reasons.empty() ? Reason::kTooUncertain : reasons.front();
  if (first == Reason::kNothingToFit) return DoubtText(first, in);
  if (in.decision.verdict == Verdict::kLeak) return LeakText(in);
  if (in.decision.verdict == Verdict::kClean) return CleanText(in, first);
  std::string text = Basis(in);
  if (in.decision.verdict == Verdict::kSuspect) text += KeptPerOperation(in.verdict);
  text += ".";
  for (Reason reason : reasons) text += " " + DoubtText(reason, in);
  if (reasons.empty()) text += " " + DoubtText(first, in);
  return text + Advice(in);
}

// "rss of process 2 (of 3; also accused: 3)".
std::string InWords(const SeriesVerdict& deciding, const RunVerdict& run) {
  const OfProcess split = SplitOfProcess(deciding.series);
  if (split.process == 0) return deciding.series;
  std::set<int> processes, accused;
  for (const SeriesVerdict& v : run.series) {
    const int process = SplitOfProcess(v.series).process;
    if (process == 0 || !v.judged) continue;
    processes.insert(process);
    if (v.verdict >= deciding.verdict && process != split.process) accused.insert(process);
  }
  std::string text = std::string(split.name) + " of process " + std::to_string(split.process);
  text += Plain(" (of %d", static_cast<int>(processes.size()));
  for (const int process : accused) text += (process == *accused.begin() ? "; also accused: " : ", ") + std::to_string(process);
  return text + ")";
}

std::string Headline(const RunVerdict& run) {
  std::string text(VerdictName(run.verdict));
  for (const SeriesVerdict& v : run.series) {
    if (v.series != run.deciding_series) continue;
    text += "  " + InWords(v, run) + ": ";
    if (run.verdict == Verdict::kLeak || run.verdict == Verdict::kSuspect) {
      text += RateWithInterval(v.slope_per_minute, v.unit) + KeptPerOperation(v);
      if (v.detectable_per_minute > 0) text += "; smallest detectable " + Amount(v.detectable_per_minute, v.unit) + "/min";
      return text;
    }
    // The figures stand in the explanation; here only what follows from them.
    const std::size_t keeps = run.verdict == Verdict::kClean ? v.explanation.find("Keeps less") : std::string::npos;
    if (keeps == std::string::npos) return text + v.explanation;
    return text + "keeps" + v.explanation.substr(keeps + 5, v.explanation.find(". ", keeps) - keeps - 5);
  }
  return text;
}

}  // namespace seep::analysis
