#include "coordinator/thresholds/threshold_judge.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace seep::coordinator {
namespace {

// A run of any length is looked at about this often in all.
constexpr double kLooks = 2000;
constexpr double kShortestPauseS = 1;

struct Figure {
  std::optional<double> value;
  enum class Kind { kNumber, kTime, kBytes, kShare, kRate } kind = Kind::kNumber;
  std::string absent;  // why there is none
};

Figure Absent(std::string why) { return {std::nullopt, Figure::Kind::kNumber, std::move(why)}; }

std::string Shown(double value, Figure::Kind kind) {
  const double size = std::fabs(value);
  switch (kind) {
    case Figure::Kind::kTime:
      if (size < 1e3) return absl::StrFormat("%.3gus", value);
      if (size < 1e6) return absl::StrFormat("%.4gms", value / 1e3);
      return absl::StrFormat("%.4gs", value / 1e6);
    case Figure::Kind::kBytes:
      if (size < 1024) return absl::StrFormat("%.0fB", value);
      if (size < 1 << 20) return absl::StrFormat("%.1fKiB", value / 1024);
      if (size < 1 << 30) return absl::StrFormat("%.1fMiB", value / (1 << 20));
      return absl::StrFormat("%.2fGiB", value / (1 << 30));
    case Figure::Kind::kShare: return absl::StrFormat("%.3g%%", value * 100);
    case Figure::Kind::kRate: return absl::StrFormat("%.4g/s", value);
    case Figure::Kind::kNumber: break;
  }
  return absl::StrFormat("%.6g", value);
}

double WorstOf(const RunMeasures::Series& series, const ThresholdExpression& expression) {
  switch (expression.comparison) {
    case Comparison::kLess:
    case Comparison::kLessOrEqual: return series.max;
    case Comparison::kMore:
    case Comparison::kMoreOrEqual: return series.min;
    case Comparison::kEqual: break;
  }
  return std::fabs(series.max - expression.bound) >= std::fabs(series.min - expression.bound) ? series.max : series.min;
}

Figure OfSeries(const RunMeasures& measures, const ThresholdExpression& expression) {
  const RunMeasures::Series* series = measures.FindSeries(expression.name);
  // Errors by kind and the like appear with the first one.
  const bool by_kind = expression.name.rfind("errors.", 0) == 0 || expression.name.rfind("failures.", 0) == 0;
  if (series == nullptr && by_kind) return {0.0, Figure::Kind::kNumber, ""};
  if (series == nullptr) return Absent(absl::StrCat("no sample has ", expression.name));
  const auto kind = series->unit == "bytes" ? Figure::Kind::kBytes : Figure::Kind::kNumber;
  if (series->counter) return {series->total, kind, ""};
  if (expression.measure == Measure::kResidual) {
    if (!series->before) return Absent(absl::StrCat(expression.name, " was not read before the first connect"));
    if (!series->after) return Absent("the last generation was not taken down in order");
    return {*series->after - *series->before, kind, ""};
  }
  if (series->n == 0) return Absent(absl::StrCat("no sample of the soak has ", expression.name));
  switch (expression.measure) {
    case Measure::kMean: return {series->sum / static_cast<double>(series->n), kind, ""};
    case Measure::kMin: return {series->min, kind, ""};
    case Measure::kMax: return {series->max, kind, ""};
    case Measure::kLast: return {series->last, kind, ""};
    default: return {WorstOf(*series, expression), kind, ""};
  }
}

Figure OfLatency(const RunMeasures& measures, const ThresholdExpression& expression) {
  const OperationTally* operation = measures.FindOperation(expression.name);
  if (operation == nullptr || operation->latency.count() == 0) {
    return Absent(absl::StrCat("no ", expression.name, " was measured"));
  }
  const LatencyHistogram& latency = operation->latency;
  switch (expression.measure) {
    case Measure::kMeanLatency: return {latency.MeanUs(), Figure::Kind::kTime, ""};
    case Measure::kMinLatency: return {static_cast<double>(latency.min_us()), Figure::Kind::kTime, ""};
    case Measure::kMaxLatency: return {static_cast<double>(latency.max_us()), Figure::Kind::kTime, ""};
    case Measure::kErrorRate:
      return {static_cast<double>(operation->failed) / static_cast<double>(latency.count()), Figure::Kind::kShare, ""};
    default: return {latency.PercentileUs(expression.percent), Figure::Kind::kTime, ""};
  }
}

// Of a counter, or of what an operation counts as.
Figure OfCount(const RunMeasures& measures, const ThresholdExpression& expression) {
  const RunMeasures::Series* series = measures.FindSeries(expression.name);
  const OperationTally* operation = measures.FindOperation(expression.name);
  const bool rate = expression.measure == Measure::kRate;
  double count = 0;  // what never happened has no counter yet
  if (series != nullptr && !series->counter) return Absent(absl::StrCat(expression.name, " goes up and down: it is no counter"));
  if (series != nullptr) count = rate ? series->total - series->at_soak_begin : series->total;
  else if (operation != nullptr) count = static_cast<double>(operation->latency.count());
  if (!rate) return {count, Figure::Kind::kNumber, ""};
  if (measures.soak_seconds() <= 0) return Absent("the soak has no length yet");
  return {count / measures.soak_seconds(), Figure::Kind::kRate, ""};
}

Figure FigureOf(const RunMeasures& measures, const ThresholdExpression& expression) {
  switch (expression.measure) {
    case Measure::kPercentile:
    case Measure::kMeanLatency:
    case Measure::kMinLatency:
    case Measure::kMaxLatency:
    case Measure::kErrorRate: return OfLatency(measures, expression);
    case Measure::kCount:
    case Measure::kRate: return OfCount(measures, expression);
    default: return OfSeries(measures, expression);
  }
}

}  // namespace

ThresholdJudge::ThresholdJudge(const google::protobuf::RepeatedPtrField<v1::Threshold>& thresholds, double duration_s)
    : every_s_(std::max(kShortestPauseS, duration_s / kLooks)) {
  for (const v1::Threshold& threshold : thresholds) {
    ThresholdExpression expression;
    ExpressionMistake mistake;
    Watched watched;
    watched.threshold = threshold;
    if (ParseThreshold(threshold.expression(), expression, mistake)) watched.expression = std::move(expression);
    watched_.push_back(std::move(watched));
  }
}

void ThresholdJudge::Look(const RunMeasures& measures) {
  const double now = measures.now_s();
  if (watched_.empty() || now < next_look_s_) return;
  next_look_s_ = now + every_s_;
  for (Watched& watched : watched_) {
    if (!watched.expression) continue;
    const Figure figure = FigureOf(measures, *watched.expression);
    const bool missed = figure.value && !watched.expression->Holds(*figure.value);
    if (!missed) watched.missed_since.reset();
    else if (!watched.missed_since) watched.missed_since = now;
    const bool may_abort = watched.threshold.abort_on_fail() && now * 1000 >= static_cast<double>(watched.threshold.delay_ms());
    if (!missed || !may_abort || watched.abort) continue;
    v1::ThresholdAbort& abort = watched.abort.emplace();
    abort.set_expression(watched.threshold.expression());
    abort.set_at_s(now);
    abort.set_measured(Shown(*figure.value, figure.kind));
  }
}

std::optional<v1::ThresholdAbort> ThresholdJudge::Aborting() const {
  std::optional<v1::ThresholdAbort> first;
  for (const Watched& watched : watched_) {
    if (watched.abort && (!first || watched.abort->at_s() < first->at_s())) first = watched.abort;
  }
  return first;
}

void ThresholdJudge::Write(const RunMeasures& measures, const v1::ThresholdAbort* ended, v1::RunVerdict& verdict) const {
  for (const Watched& watched : watched_) {
    v1::ThresholdResult& result = *verdict.add_thresholds();
    *result.mutable_threshold() = watched.threshold;
    result.set_since_s(std::numeric_limits<double>::quiet_NaN());
    const Figure figure = watched.expression ? FigureOf(measures, *watched.expression)
                                             : Absent("this coordinator does not understand it");
    result.set_value(figure.value.value_or(std::numeric_limits<double>::quiet_NaN()));
    result.set_measured(figure.value ? Shown(*figure.value, figure.kind) : absl::StrCat("not measured: ", figure.absent));
    if (ended != nullptr && ended->expression() == watched.threshold.expression()) {
      result.set_abort(true);
      result.set_state(v1::ThresholdResult::STATE_MISSED);
      result.set_measured(ended->measured());
      result.set_since_s(ended->at_s());
    } else if (!figure.value) {
      result.set_state(ended != nullptr ? v1::ThresholdResult::STATE_MISSED : v1::ThresholdResult::STATE_PENDING);
    } else if (watched.expression->Holds(*figure.value)) {
      result.set_state(v1::ThresholdResult::STATE_PASSED);
    } else {
      result.set_state(v1::ThresholdResult::STATE_MISSED);
      // What only the end measures was not missed before it.
      if (watched.missed_since) result.set_since_s(*watched.missed_since);
    }
  }
}

}  // namespace seep::coordinator
