#include "proto/verdict/verdict_messages.h"

namespace seep {
namespace {

v1::Verdict WordOf(analysis::Verdict verdict) {
  switch (verdict) {
    case analysis::Verdict::kInvalid: return v1::VERDICT_INVALID;
    case analysis::Verdict::kInconclusive: return v1::VERDICT_INCONCLUSIVE;
    case analysis::Verdict::kClean: return v1::VERDICT_CLEAN;
    case analysis::Verdict::kSuspect: return v1::VERDICT_SUSPECT;
    case analysis::Verdict::kLeak: return v1::VERDICT_LEAK;
  }
  return v1::VERDICT_UNSPECIFIED;
}

void Set(v1::Estimate& out, const analysis::Estimate& estimate) {
  out.set_value(estimate.value);
  out.set_low(estimate.low);
  out.set_high(estimate.high);
}

void Set(v1::Curve& out, const analysis::Curve& curve) {
  for (std::size_t i = 0; i < curve.size(); ++i) {
    out.add_t_s(static_cast<float>(curve.t_s[i]));
    out.add_level(static_cast<float>(curve.level[i]));
    out.add_generation(static_cast<std::uint32_t>(curve.segment[i]));
    if (!curve.operations.empty()) out.add_operations(static_cast<float>(curve.operations[i]));
  }
  out.set_operation(curve.operation);
}

void Set(v1::SeriesVerdict& out, const analysis::SeriesVerdict& series) {
  out.set_series(series.series);
  out.set_unit(series.unit);
  out.set_verdict(WordOf(series.verdict));
  out.set_judged(series.judged);
  out.set_probability(series.probability);
  out.set_first(series.first);
  out.set_last(series.last);
  out.set_min(series.min);
  out.set_max(series.max);
  out.set_samples(series.samples);
  Set(*out.mutable_slope_per_minute(), series.slope_per_minute);
  out.set_r_squared(series.r_squared);
  out.set_operation(series.per_operation.operation);
  Set(*out.mutable_kept_per_operation(), series.per_operation.kept);
  out.set_operation_weight(series.per_operation.weight);
  out.set_tolerance_per_minute(series.tolerance.per_minute);
  out.set_tolerance_per_operation(series.tolerance.per_operation);
  out.set_detectable_per_minute(series.detectable_per_minute);
  out.set_detectable_per_operation(series.detectable_per_operation);
  out.set_warmup_end_s(series.warmup_end_s);
  out.set_onset_s(series.onset_s);
  out.set_limit_reached_in_s(series.limit_reached_in_s);
  out.set_limit(series.limit);
  out.set_cycles(series.cycles);
  out.set_levels(series.levels);
  out.set_shape(series.shape);
  out.set_explanation(series.explanation);
}

}  // namespace

v1::RunVerdict ToMessage(const analysis::RunVerdict& verdict) {
  v1::RunVerdict out;
  out.set_verdict(WordOf(verdict.verdict));
  out.set_provisional(verdict.provisional);
  out.set_deciding_series(verdict.deciding_series);
  out.set_headline(verdict.headline);
  for (const auto& series : verdict.series) Set(*out.add_series(), series);
  for (const auto& finding : verdict.rules) {
    v1::RuleFinding& rule = *out.add_rules();
    rule.set_rule_set(finding.rule_set);
    rule.set_rule(finding.rule);
    rule.set_series(finding.series);
    rule.set_breached(finding.breached);
    rule.set_applicable(finding.applicable);
    rule.set_measured(finding.measured);
  }
  return out;
}

namespace {

analysis::Verdict FromWord(v1::Verdict word) {
  switch (word) {
    case v1::VERDICT_INVALID: return analysis::Verdict::kInvalid;
    case v1::VERDICT_CLEAN: return analysis::Verdict::kClean;
    case v1::VERDICT_SUSPECT: return analysis::Verdict::kSuspect;
    case v1::VERDICT_LEAK: return analysis::Verdict::kLeak;
    default: return analysis::Verdict::kInconclusive;
  }
}

// A message without the member says "not known" as a NaN in it does.
analysis::Estimate From(bool there, const v1::Estimate& estimate) {
  if (!there) return {};
  return {estimate.value(), estimate.low(), estimate.high()};
}

analysis::Curve From(const v1::Curve& message) {
  analysis::Curve curve;
  curve.t_s.assign(message.t_s().begin(), message.t_s().end());
  curve.level.assign(message.level().begin(), message.level().end());
  curve.segment.assign(message.generation().begin(), message.generation().end());
  curve.operations.assign(message.operations().begin(), message.operations().end());
  curve.operation = message.operation();
  return curve;
}

}  // namespace

analysis::RunVerdict FromMessage(const v1::RunVerdict& message) {
  analysis::RunVerdict verdict;
  verdict.verdict = FromWord(message.verdict());
  verdict.provisional = message.provisional();
  verdict.deciding_series = message.deciding_series();
  verdict.headline = message.headline();
  for (const v1::SeriesVerdict& s : message.series()) {
    analysis::SeriesVerdict& series = verdict.series.emplace_back();
    series.series = s.series();
    series.unit = s.unit();
    series.verdict = FromWord(s.verdict());
    series.judged = s.judged();
    series.probability = s.probability();
    series.first = s.first();
    series.last = s.last();
    series.min = s.min();
    series.max = s.max();
    series.samples = s.samples();
    series.slope_per_minute = From(s.has_slope_per_minute(), s.slope_per_minute());
    series.r_squared = s.r_squared();
    series.per_operation.operation = s.operation();
    series.per_operation.kept = From(s.has_kept_per_operation(), s.kept_per_operation());
    series.per_operation.weight = s.operation_weight();
    series.tolerance = {s.tolerance_per_minute(), s.tolerance_per_operation()};
    series.detectable_per_minute = s.detectable_per_minute();
    series.detectable_per_operation = s.detectable_per_operation();
    series.warmup_end_s = s.warmup_end_s();
    series.onset_s = s.onset_s();
    series.limit_reached_in_s = s.limit_reached_in_s();
    series.limit = s.limit();
    series.cycles = s.cycles();
    series.levels = s.levels();
    series.shape = s.shape();
    series.explanation = s.explanation();
    series.curve = From(s.curve());
  }
  return verdict;
}

void AddCurves(const analysis::RunVerdict& verdict, v1::RunVerdict& message) {
  for (std::size_t i = 0; i < verdict.series.size(); ++i) {
    const analysis::Curve& curve = verdict.series[i].curve;
    if (curve.size() > 0) Set(*message.mutable_series(static_cast<int>(i))->mutable_curve(), curve);
  }
}

}  // namespace seep
