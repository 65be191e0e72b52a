#include "analysis/verdict/explain.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace seep::analysis {
namespace {

template <typename... Args>
std::string Format(const char* format, Args... args) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, format, args...);
  return buffer;
}

std::string Number(double v) {
  const double a = std::abs(v);
  if (a != 0 && a < 0.01) return Format("%.2g", v);
  if (a >= 100 || v == std::floor(v)) return Format("%.0f", v);
  return Format(a >= 10 ? "%.1f" : "%.2f", v);
}

std::string Duration(double minutes) {
  if (minutes < 2) return Format("%.0f s", minutes * 60);
  if (minutes < 180) return Format("%.0f min", minutes);
  return Format("%.1f h", minutes / 60);
}

const char* KindWord(LevelKind kind) {
  switch (kind) {
    case LevelKind::kFloor: return "floors";
    case LevelKind::kMedian: return "median levels";
    case LevelKind::kMean: return "mean levels";
  }
  return "levels";
}

std::string PerMinute(const SeriesVerdict& v) {
  const std::string& unit = v.unit;
  return Amount(v.slope_per_minute.value, unit, true) + "/min [" + Amount(v.slope_per_minute.low, unit) + ", " +
         Amount(v.slope_per_minute.high, unit) + "]";
}

std::string Basis(const Evidence& e) {
  std::string text = Format("%d %s over %s", e.levels, KindWord(e.kind), Duration(e.span_min).c_str());
  if (e.segments > 1) text += Format(" in %d generations", e.segments);
  if (e.explained_by_load) text += " (the load's part taken out)";
  if (e.collections > 0) text += Format(", %d collections", e.collections);
  return text;
}

std::string KeptPerOperation(const SeriesVerdict& v) {
  if (!v.per_operation.kept.known() || v.per_operation.operation.empty()) return "";
  return ", " + Amount(v.per_operation.kept.value, v.unit) + " kept per " + OneOf(v.per_operation.operation);
}

std::string LeakText(const ExplainInput& in) {
  const SeriesVerdict& v = in.verdict;
  std::string text = Basis(in.evidence) + ", " + PerMinute(v) + KeptPerOperation(v);
  text += std::string("; beats ") +
          (in.evidence.average.rival == Nuisance::kNone ? "a flat line"
                                                        : "a " + std::string(NuisanceName(in.evidence.average.rival)));
  if (in.evidence.average.best_growth == Growth::kOnset) text += Format("; began %s into the run", Duration(v.onset_s / 60).c_str());
  text += ".";
  if (std::isfinite(v.limit_reached_in_s)) {
    text += " At this pace " + v.limit + " is reached in " + Duration(v.limit_reached_in_s / 60) + ".";
  }
  return text;
}

std::string CleanText(const ExplainInput& in, Reason reason) {
  const SeriesVerdict& v = in.verdict;
  const std::string& unit = v.unit;
  if (reason == Reason::kConstant) {
    return "Stayed at exactly " + Amount(v.last, unit) + " for " + Duration(in.evidence.span_min) + ".";
  }
  std::string text = Basis(in.evidence) + ", " + PerMinute(v) + ": ";
  if (reason == Reason::kWithinTolerancePerOperation) {
    const std::string one = OneOf(v.per_operation.operation);
    text += "keeps less than " + Amount(v.tolerance.per_operation, unit) + " a " + one + " (at most " +
            Amount(std::max(v.per_operation.kept.high, 0.0), unit) + ")";
    text += "; too short to say anything about " + Amount(v.tolerance.per_minute, unit) + "/min.";
  } else {
    text += "no growth above " + Amount(v.tolerance.per_minute, unit) + "/min";
    if (v.per_operation.kept.known() && !v.per_operation.operation.empty()) {
      text += ", and at most " + Amount(std::max(v.per_operation.kept.high, 0.0), unit) + " a " + OneOf(v.per_operation.operation);
    }
    text += ".";
  }
  const std::string shape = ShapeName(in.evidence);
  if (shape != "flat") text += " What moved has the shape of a " + shape + ", and it is over.";
  return text;
}

std::string DoubtText(Reason reason, const ExplainInput& in) {
  const Evidence& e = in.evidence;
  const SeriesVerdict& v = in.verdict;
  switch (reason) {
    case Reason::kNothingToFit: return "Cannot be judged: " + e.missing + ".";
    case Reason::kStillWarming:
      return "Still climbing at the end as a warm-up would (" + Amount(e.average.still_warming * (v.unit == "bytes" ? 1024 : 1), v.unit) +
             "/min): a longer run will tell.";
    case Reason::kLateDisagrees: return "The last 40 % of the run does not grow like the rest.";
    case Reason::kFades: return "The growth fades in the last quarter.";
    case Reason::kFloorFlat: return "The lowest points do not rise with the rest.";
    case Reason::kFewCycles:
      return "Fewer than six collector cycles: one cycle looks exactly like a leak. Run longer or force collections.";
    case Reason::kOneJump: return "One single jump carries the growth.";
    case Reason::kMisfit: return "No known shape fits these levels well.";
    case Reason::kSamplesLost: return "Samples are missing (" + in.lost_samples + "), so it is not called clean.";
    case Reason::kBelowTheBar:
      return "It grows, but by too little " +
             (v.per_operation.operation.empty() ? std::string("in so short a run")
                                                : "per " + OneOf(v.per_operation.operation)) +
             " to be told from a young process settling.";
    case Reason::kTooLittleGrowth: return "It grows, but by too little in so short a run to be told from settling.";
    case Reason::kResidentAlone: return "Resident memory alone creeps a little in healthy programs; the heap does not grow.";
    case Reason::kHeapAlone: return "The heap grows inside memory that the process already held: it may be waiting for a collection.";
    case Reason::kReservedAlone: return "Reserved memory grows while resident memory does not.";
    default: break;
  }
  if (e.samples < 40) return "Too few samples to call it clean: " + Number(e.samples) + " of 40.";
  return "The data cannot decide: leaks above " + Amount(std::max(v.slope_per_minute.high, 0.0), v.unit) +
         "/min are excluded, smaller ones are not.";
}

}  // namespace

std::string Amount(double value, const std::string& unit, bool sign) {
  if (std::isnan(value)) return "-";
  const std::string plus = sign && value > 0 ? "+" : "";
  if (unit != "bytes") return plus + Number(value);
  const double a = std::abs(value);
  // Decimal, as in every table of the reports: one figure must not read as two.
  if (a >= 1e9) return plus + Number(value / 1e9) + " GB";
  if (a >= 1e6) return plus + Number(value / 1e6) + " MB";
  if (a >= 1e3) return plus + Number(value / 1e3) + " KB";
  return plus + Format("%.0f B", value);
}

std::string OneOf(const std::string& operation) {
  if (operation.starts_with("ops_")) return OneOf(operation.substr(4));
  if (operation.size() > 3 && operation.ends_with("ies")) return operation.substr(0, operation.size() - 3) + "y";
  if (operation.size() > 1 && operation.ends_with("s") && !operation.ends_with("ss") && operation != "ops") {
    return operation.substr(0, operation.size() - 1);
  }
  return operation == "ops" || operation.empty() ? "operation" : operation;
}

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
  std::string text = Basis(in.evidence) + ", " + PerMinute(in.verdict) + ".";
  for (Reason reason : reasons) text += " " + DoubtText(reason, in);
  return text;
}

std::string Headline(const RunVerdict& run) {
  std::string text(VerdictName(run.verdict));
  for (const SeriesVerdict& v : run.series) {
    if (v.series != run.deciding_series) continue;
    text += "  " + v.series + ": ";
    if (run.verdict == Verdict::kLeak || run.verdict == Verdict::kSuspect) {
      text += PerMinute(v) + KeptPerOperation(v);
    } else {
      text += v.explanation;
    }
    return text;
  }
  return text;
}

}  // namespace seep::analysis
