// From the kept cells to the answer: each series by itself, then the run.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "analysis/changepoint/collections.h"
#include "analysis/rules/rules.h"
#include "analysis/trend/least_squares.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/verdict/decide.h"
#include "analysis/verdict/evidence.h"
#include "analysis/verdict/explain.h"
#include "analysis/verdict/fitted_stretches.h"
#include "analysis/verdict/rule_figures.h"
#include "analysis/verdict/run_state.h"
#include "analysis/verdict/weigh_series.h"

namespace seep::analysis {
namespace {

constexpr double kPeakWindow_s = 240;      // how long RSS remembers a collector's peak

double UnitScale(const std::string& unit) { return unit == "bytes" ? 1024 : 1; }

class Assessment {
 public:
  explicit Assessment(const RunState& state) : state_(state), summary_(state.summary) {
    summary_.CloseOpenCell();
    excluded_ = LeftOut(state_, summary_);
    lost_ = Losses(state_, summary_);
  }

  RunVerdict Run();

 private:
  Judged JudgeSeries(int index);
  SeriesVerdict Figures(int index) const;
  void Fill(Judged& j) const;
  void FillOperation(Judged& j) const;
  std::string Binds(const Limit& limit) const;
  void FillLimit(Judged& j) const;
  void Explained(Judged& j) const;
  int HeapBreathing(int process) const;
  void LeaveOtherProcessesOut(int process, Track& track) const;
  int LeadingOperation(int process) const;
  bool LoadVaries() const;
  std::vector<RuleFinding> Rules() const;

  const RunState& state_;
  RunSummary summary_;
  std::vector<Interval> excluded_;
  std::string lost_;
  std::set<int> heap_steady_;  // processes whose heap was judged not to grow
};

SeriesVerdict Assessment::Figures(int index) const {
  const SeriesTotals& totals = summary_.totals(index);
  SeriesVerdict v;
  v.series = state_.series[index].name;
  v.unit = state_.series[index].unit;
  v.judged = state_.series[index].series_class != SeriesClass::kInformational;
  v.samples = totals.samples;
  v.first = totals.first;
  v.last = totals.last;
  v.min = totals.min;
  v.max = totals.max;
  const Line line = LeastSquaresLine(totals.samples, totals.sum_t, totals.sum_y, totals.sum_tt, totals.sum_ty, totals.sum_yy);
  if (totals.samples >= 2) v.r_squared = line.r_squared;
  if (!v.judged && totals.samples >= 2) v.slope_per_minute.value = line.per_minute;
  return v;
}

// The first heap whose collector makes it breathe; RSS then follows its peaks.
int Assessment::HeapBreathing(int process) const {
  for (int i = 0; i < summary_.series_count(); ++i) {
    if (state_.series[i].process == process && state_.series[i].series_class == SeriesClass::kHeapMemory && summary_.totals(i).samples > 40) return i;
  }
  return -1;
}

// What one process keeps has to do with its own operations; of the sum, with all.
void Assessment::LeaveOtherProcessesOut(int process, Track& track) const {
  for (std::size_t k = 0; k < track.operations.size(); ++k) {
    if (SplitOfProcess(state_.operations[k]).process == process) continue;
    std::fill(track.operations[k].begin(), track.operations[k].end(), kUnknown);
  }
}

// The most frequent one of a process: what a curve counts beside its levels.
int Assessment::LeadingOperation(int process) const {
  int leading = -1;
  for (int k = 0; k < summary_.operation_count(); ++k) {
    if (SplitOfProcess(state_.operations[k]).process != process) continue;
    const double total = summary_.operation_total(k);
    if (total > 0 && (leading < 0 || total > summary_.operation_total(leading))) leading = k;
  }
  return leading;
}

bool Assessment::LoadVaries() const {
  std::vector<double> load, smooth;
  for (const TimeCell& cell : summary_.time_cells()) {
    if (cell.load_rows > 0) load.push_back(cell.load_sum / cell.load_rows);
  }
  if (load.size() <= 20) return false;
  double sum = 0;
  for (std::size_t i = 0; i < load.size(); ++i) {
    sum += load[i] - (i >= 9 ? load[i - 9] : 0);
    if (i >= 8) smooth.push_back(sum / 9);
  }
  return StandardDeviation(smooth) > 0.1 * std::max(Mean(load), 1.0);
}

Judged Assessment::JudgeSeries(int index) {
  const SeriesSpec& spec = state_.series[index];
  Judged j;
  j.index = index;
  j.series_class = spec.series_class;
  j.process = spec.process;
  j.verdict = Figures(index);
  if (!j.verdict.judged) return j;
  j.scale = UnitScale(spec.unit);
  EvidenceRequest request;
  if (summary_.totals(index).samples > 0) request.track = ExtractTrack(summary_, index, j.scale, excluded_);
  LeaveOtherProcessesOut(spec.process, request.track);
  SplitAtGaps(state_.gaps, request.track);
  const int counted = LeadingOperation(spec.process);
  j.verdict.curve = CurveOf(request.track, j.scale, counted, counted < 0 ? "" : state_.operations[counted]);
  request.whole_numbers = spec.series_class == SeriesClass::kResource;
  request.load_varies = LoadVaries();
  request.covariate_is_steady = heap_steady_.contains(spec.process);
  const int heap = spec.series_class == SeriesClass::kResidentMemory ? HeapBreathing(spec.process) : -1;
  if (heap >= 0) {
    request.track.covariate =
        RunningPeak(summary_, heap, UnitScale(state_.series[heap].unit), kPeakWindow_s, request.track);
  }
  DecisionContext context;
  context.series_class = spec.series_class;
  context.collector = state_.policy.collector;
  context.lost_samples = lost_;
  const bool memory = spec.series_class != SeriesClass::kResource;
  context.stated.per_minute =
      memory ? state_.policy.memory_per_minute_bytes / 1024 : state_.policy.resource_per_minute;
  context.stated.per_operation =
      memory ? state_.policy.memory_per_operation_bytes / 1024 : state_.policy.resource_per_operation;
  const auto& cells = summary_.time_cells();
  const double span_min = cells.empty() ? 0 : (cells.back().t_last - cells.front().t_first) / 60;
  request.bar_per_minute = LeakBar(spec.series_class, context.stated, span_min);
  j.evidence = Gather(request);
  j.decision = Decide(j.evidence, context);
  return j;
}

void Assessment::Fill(Judged& j) const {
  const Evidence& e = j.evidence;
  const Decision& d = j.decision;
  SeriesVerdict& v = j.verdict;
  v.verdict = d.verdict;
  v.probability = e.average.probability;
  v.tolerance = {d.tolerance_per_minute * j.scale, d.tolerance_per_operation * j.scale};
  v.levels = e.levels;
  v.cycles = e.collections;
  v.shape = ShapeName(e);
  if (!e.missing.empty()) return;
  v.slope_per_minute = {d.slope * j.scale, d.low * j.scale, d.high * j.scale};
  v.detectable_per_minute = 6 * e.average.standard_error * j.scale;
  if (!e.screened) v.warmup_end_s = e.average.warmup_end_s;
  if (e.average.begins_late && e.average.probability > 0.5) v.onset_s = e.average.onset_s;
  FillOperation(j);
  FillLimit(j);
}

void Assessment::FillOperation(Judged& j) const {
  if (j.decision.operation < 0) return;
  const OperationRate& rate = j.evidence.operations[j.decision.operation];
  SeriesVerdict& v = j.verdict;
  v.per_operation.operation = std::string(SplitOfProcess(state_.operations[rate.operation]).name);
  v.per_operation.kept = {j.decision.kept * j.scale, j.decision.kept_low * j.scale, j.decision.kept_high * j.scale};
  v.per_operation.weight = rate.weight;
  v.detectable_per_operation = v.detectable_per_minute / rate.per_minute;
}

// What a process may hold binds the one that holds most, where the series is the
// sum of several and that one has a series of its own.
std::string Assessment::Binds(const Limit& limit) const {
  const std::string largest = limit.series + "_largest";
  for (const SeriesSpec& series : state_.series) {
    if (series.name == largest) return largest;
  }
  return limit.series;
}

void Assessment::FillLimit(Judged& j) const {
  SeriesVerdict& v = j.verdict;
  const double slope = v.slope_per_minute.value;
  if (!(slope > 0) || v.verdict < Verdict::kSuspect) return;
  const auto consider = [&](double limit, const std::string& name) {
    const double in_s = std::max(0.0, (limit - v.last) / slope * 60);
    if (!std::isfinite(in_s) || (std::isfinite(v.limit_reached_in_s) && v.limit_reached_in_s <= in_s)) return;
    v.limit_reached_in_s = in_s;
    v.limit = name;
  };
  for (const Limit& limit : state_.limits) {
    if (Binds(limit) == v.series) consider(limit.value, limit.name);
  }
  for (const Budget& budget : state_.policy.budgets) {
    if (budget.series == v.series) consider(budget.ceiling, "budget");
  }
}

void Assessment::Explained(Judged& j) const {
  if (!j.verdict.judged) {
    j.verdict.verdict = Verdict::kInconclusive;
    j.verdict.explanation = "Shown for information; carries no verdict.";
    return;
  }
  j.verdict.explanation = Explain({j.evidence, j.decision, j.verdict, lost_});
}

std::vector<RuleFinding> Assessment::Rules() const {
  if (state_.policy.rule_sets.empty() && state_.policy.budgets.empty()) return {};
  std::vector<RuleSeries> series;
  for (int i = 0; i < summary_.series_count(); ++i) series.push_back(FiguresForRules(summary_, i, state_.series[i]));
  std::vector<RuleFinding> findings;
  for (const std::string& set : state_.policy.rule_sets) {
    for (RuleFinding& f : ApplyRuleSet(set, series)) findings.push_back(std::move(f));
  }
  std::vector<RuleBudget> budgets;
  for (const Budget& b : state_.policy.budgets) budgets.push_back({b.series, b.ceiling});
  for (RuleFinding& f : ApplyBudgets(budgets, series)) findings.push_back(std::move(f));
  return findings;
}

RunVerdict Assessment::Run() {
  RunVerdict run;
  std::vector<Judged> all(summary_.series_count());
  const auto resident = [&](int i) { return state_.series[i].series_class == SeriesClass::kResidentMemory; };
  for (int i = 0; i < summary_.series_count(); ++i) {
    if (!resident(i)) all[i] = JudgeSeries(i);
  }
  // A collector that lets the heap swell without keeping more explains resident
  // memory that swells with it; so the heap is heard first.
  for (int i = 0; i < summary_.series_count(); ++i) {
    const Evidence& e = all[i].evidence;
    const int process = state_.series[i].process;
    if (HeapBreathing(process) == i && e.missing.empty() && e.average.probability < 0.5) heap_steady_.insert(process);
  }
  for (int i = 0; i < summary_.series_count(); ++i) {
    if (resident(i)) all[i] = JudgeSeries(i);
  }
  WeighTogether(all, state_.policy.collector);
  for (Judged& j : all) {
    if (j.verdict.judged) Fill(j);
    Explained(j);
  }
  const Judged* deciding = Deciding(all);
  if (deciding != nullptr) {
    run.verdict = deciding->verdict.verdict;
    run.deciding_series = deciding->verdict.series;
  }
  if (!state_.invalid.empty()) {
    run.verdict = Verdict::kInvalid;
    run.deciding_series.clear();
  }
  for (Judged& j : all) run.series.push_back(std::move(j.verdict));
  run.rules = Rules();
  run.headline = !state_.invalid.empty()   ? "INVALID  " + state_.invalid
                 : run.series.empty()      ? "INCONCLUSIVE  no series was recorded"
                                           : Headline(run);
  return run;
}

}  // namespace

RunVerdict AssessRun(const RunState& state) { return Assessment(state).Run(); }

}  // namespace seep::analysis
