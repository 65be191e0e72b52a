// From the kept cells to the answer: each series by itself, then the run.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "analysis/changepoint/collections.h"
#include "analysis/rules/rules.h"
#include "analysis/trend/least_squares.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/verdict/decide.h"
#include "analysis/verdict/evidence.h"
#include "analysis/verdict/explain.h"
#include "analysis/verdict/rule_figures.h"
#include "analysis/verdict/run_state.h"

namespace seep::analysis {
namespace {

constexpr double kPeakWindow_s = 240;      // how long RSS remembers a collector's peak
constexpr double kMostOfGeneration = 0.3;  // a settle time never eats more of a generation
constexpr double kStartShare = 0.1;        // nor does the start of an only one
constexpr double kNothingSpeaks = 0.25;    // probability of growth
constexpr double kSharper = 0.7;           // resident memory's upper bound over the heap's, to answer for it
constexpr double kMayHide = 0.12;          // the same, of resident memory beside a clean heap
constexpr double kHidesAbove = 2.0;        // times the tolerance, the growth not excluded
constexpr double kHeapHoldsIt = 0.5;       // of resident memory's growth
constexpr double kAsSure = 0.001;         // memory as sure as other memory: the one named first speaks
constexpr double kForgivenLoss = 0.01;     // of the run, that a gap may cost before CLEAN is withheld

struct Judged {
  int index = 0;
  SeriesClass series_class = SeriesClass::kResource;
  double scale = 1;
  Evidence evidence;
  Decision decision;
  SeriesVerdict verdict;
};

double UnitScale(const std::string& unit) { return unit == "bytes" ? 1024 : 1; }

class Assessment {
 public:
  explicit Assessment(const RunState& state) : state_(state), summary_(state.summary) {
    summary_.CloseOpenCell();
    FindExclusions();
    FindLosses();
  }

  RunVerdict Run();

 private:
  void FindExclusions();
  void ExcludeStarts();
  void FindLosses();
  void SplitAtGaps(Track& track) const;
  Judged JudgeSeries(int index);
  SeriesVerdict Figures(int index) const;
  void Fill(Judged& j) const;
  void FillOperation(Judged& j) const;
  void FillLimit(Judged& j) const;
  void Explained(Judged& j) const;
  int HeapBreathing() const;
  bool LoadVaries() const;
  void WeighTogether(std::vector<Judged>& all) const;
  static bool SureAlone(const Evidence& e);
  static const Judged* HidesBeside(const Judged& heap, const std::vector<Judged>& all);
  static const Judged* ResidentForHeap(const std::vector<Judged>& all);
  const Judged* Deciding(const std::vector<Judged>& all) const;
  std::vector<RuleFinding> Rules() const;

  const RunState& state_;
  RunSummary summary_;
  std::vector<Interval> excluded_;
  std::string lost_;
  bool heap_steady_ = false;
};

// Fault windows and the settle time after them, the latter capped so that
// restarts every few seconds still leave something to judge.
void Assessment::FindExclusions() {
  const auto& cells = summary_.time_cells();
  for (const Interval& fault : state_.faults) {
    double settle = state_.policy.settle_s;
    const auto at = std::find_if(cells.begin(), cells.end(), [&](const TimeCell& c) { return c.t_last > fault.end_s; });
    if (at != cells.end()) {
      auto last = at;
      while (last + 1 != cells.end() && (last + 1)->segment == at->segment) ++last;
      const double rest = last->t_last - std::max(fault.end_s, at->t_first);
      settle = std::min(settle, std::max(0.0, kMostOfGeneration * rest));
    }
    excluded_.push_back({fault.begin_s, fault.end_s + settle});
  }
  ExcludeStarts();
}

// A process that starts maps its libraries and fills its pools: not levels yet.
void Assessment::ExcludeStarts() {
  const auto& cells = summary_.time_cells();
  for (std::size_t begin = 0; begin < cells.size();) {
    std::size_t end = begin;
    while (end + 1 < cells.size() && cells[end + 1].segment == cells[begin].segment) ++end;
    const double life = cells[end].t_last - cells[begin].t_first;
    const bool only = cells.front().segment == cells.back().segment;
    const double settle = std::min(state_.policy.settle_s, (only ? kStartShare : kMostOfGeneration) * life);
    if (settle > 0) excluded_.push_back({cells[begin].t_first, std::nextafter(cells[begin].t_first + settle, 0)});
    begin = end + 1;
  }
}

void Assessment::FindLosses() {
  const auto& cells = summary_.time_cells();
  if (cells.empty() || state_.gaps.empty()) return;
  const double span = cells.back().t_last - cells.front().t_first;
  double lost = 0;
  for (const Gap& gap : state_.gaps) lost += gap.window.end_s - gap.window.begin_s;
  const bool unexplained = std::any_of(state_.gaps.begin(), state_.gaps.end(), [](const Gap& g) { return g.reason.empty(); });
  if (!unexplained && lost <= kForgivenLoss * span) return;
  char text[200];
  std::snprintf(text, sizeof text, "%.1f s lost in %zu gaps: %.80s", lost, state_.gaps.size(),
                unexplained ? "reason unknown" : state_.gaps.front().reason.c_str());
  lost_ = text;
}

// Levels on both sides of a gap are no line: each side gets its own intercept.
void Assessment::SplitAtGaps(Track& track) const {
  int extra = 0;
  for (std::size_t i = 1; i < track.size(); ++i) {
    const bool split = std::any_of(state_.gaps.begin(), state_.gaps.end(), [&](const Gap& g) {
      return g.window.begin_s < track.t[i] && g.window.end_s > track.t[i - 1] && g.window.end_s > g.window.begin_s;
    });
    extra += split;
    track.segment[i] += extra;
  }
}

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
int Assessment::HeapBreathing() const {
  for (int i = 0; i < summary_.series_count(); ++i) {
    if (state_.series[i].series_class == SeriesClass::kHeapMemory && summary_.totals(i).samples > 40) return i;
  }
  return -1;
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
  j.verdict = Figures(index);
  if (!j.verdict.judged) return j;
  j.scale = UnitScale(spec.unit);
  EvidenceRequest request;
  if (summary_.totals(index).samples > 0) request.track = ExtractTrack(summary_, index, j.scale, excluded_);
  SplitAtGaps(request.track);
  request.whole_numbers = spec.series_class == SeriesClass::kResource;
  request.load_varies = LoadVaries();
  request.covariate_is_steady = heap_steady_;
  const int heap = spec.series_class == SeriesClass::kResidentMemory ? HeapBreathing() : -1;
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
  if (e.average.best_growth == Growth::kOnset && e.average.probability > 0.5) v.onset_s = e.average.onset_s;
  FillOperation(j);
  FillLimit(j);
}

void Assessment::FillOperation(Judged& j) const {
  if (j.decision.operation < 0) return;
  const OperationRate& rate = j.evidence.operations[j.decision.operation];
  SeriesVerdict& v = j.verdict;
  v.per_operation.operation = state_.operations[rate.operation];
  v.per_operation.kept = {j.decision.kept * j.scale, j.decision.kept_low * j.scale, j.decision.kept_high * j.scale};
  v.per_operation.weight = rate.weight;
  v.detectable_per_operation = v.detectable_per_minute / rate.per_minute;
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
    if (limit.series == v.series) consider(limit.value, limit.name);
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

// Resident memory alone creeps in healthy programs, reserved memory is a
// high-water mark: without the heap's (or the resident memory's) word, more is
// asked of them.
void Assessment::WeighTogether(std::vector<Judged>& all) const {
  bool heap_judged = false, heap_grows = false, resident_judged = false, resident_grows = false;
  for (const Judged& j : all) {
    if (!j.verdict.judged || !j.evidence.missing.empty()) continue;
    const bool grows = j.decision.verdict >= Verdict::kSuspect;
    if (j.series_class == SeriesClass::kHeapMemory) heap_judged = true, heap_grows |= grows;
    if (j.series_class == SeriesClass::kResidentMemory) {
      resident_judged = true;
      resident_grows |= grows || j.evidence.average.probability > 0.5;
    }
  }
  for (Judged& j : all) {
    if (j.decision.verdict != Verdict::kLeak || !j.verdict.judged) continue;
    // What is really kept shows in resident memory; in a short run a heap that
    // grows inside it is waiting for its collector.
    if (j.series_class == SeriesClass::kHeapMemory && resident_judged && !resident_grows &&
        j.evidence.span_min < kShortRunMin) {
      j.decision.verdict = Verdict::kSuspect;
      j.decision.reasons = {Reason::kHeapAlone};
    }
    if (j.series_class == SeriesClass::kResidentMemory && heap_judged && !heap_grows && !SureAlone(j.evidence)) {
      j.decision.verdict = Verdict::kSuspect;
      j.decision.reasons = {Reason::kResidentAlone};
    }
    if (j.series_class == SeriesClass::kReservedMemory && resident_judged && !resident_grows) {
      j.decision.verdict = Verdict::kSuspect;
      j.decision.reasons = {Reason::kReservedAlone};
    }
  }
}

// Resident memory without the heap's word: the simplest story only, told clearly.
bool Assessment::SureAlone(const Evidence& e) {
  const double errors = e.average.growth_slope / e.average.standard_error;
  if (e.average.growth_slope < 1.5 * e.bar) return false;
  if (e.average.best_nuisances.empty()) return e.average.probability >= 0.95 && errors >= 8;
  return e.average.best_nuisances.size() == 1 && e.average.probability >= 0.98 && errors >= 10;
}

// A breathing heap may be too noisy to tell; resident memory holds all of it,
// and when that does not grow, and nothing speaks for growth in the heap,
// resident memory answers for both.
const Judged* Assessment::ResidentForHeap(const std::vector<Judged>& all) {
  const Judged *resident = nullptr, *heap = nullptr;
  for (const Judged& j : all) {
    if (!j.verdict.judged || !j.evidence.missing.empty()) continue;
    if (j.series_class == SeriesClass::kHeapMemory && heap == nullptr) heap = &j;
    if (j.series_class == SeriesClass::kResidentMemory && resident == nullptr) resident = &j;
  }
  if (heap == nullptr || resident == nullptr || heap->verdict.verdict != Verdict::kInconclusive) return nullptr;
  const auto& why = heap->decision.reasons;
  const bool cycles = std::find(why.begin(), why.end(), Reason::kFewCycles) != why.end();
  if (cycles || heap->evidence.average.probability > kNothingSpeaks) return nullptr;
  if (resident->decision.high > kSharper * heap->decision.high) return nullptr;
  return resident->verdict.verdict == Verdict::kClean && resident->evidence.average.probability < kNothingSpeaks ? resident
                                                                                                              : nullptr;
}

// Real memory speaks before address space, which only follows it; of a leak the
// heap, which tells what is kept, before resident memory, which adds the
// allocator's share; but a heap that holds little of what resident memory gains
// is not where the leak is. Memory before counts of things. Else the surer one.
bool SpeaksBefore(const Judged& a, const Judged& b, Verdict word) {
  const auto real = [](const Judged& j) {
    return j.series_class == SeriesClass::kHeapMemory || j.series_class == SeriesClass::kResidentMemory;
  };
  if (real(a) && b.series_class == SeriesClass::kReservedMemory) return true;
  if (a.series_class == SeriesClass::kReservedMemory && real(b)) return false;
  if (word == Verdict::kLeak && real(a) != real(b)) return real(a);
  if (word == Verdict::kLeak && real(a) && real(b) && a.series_class != b.series_class) {
    const bool a_is_heap = a.series_class == SeriesClass::kHeapMemory;
    const double heap = (a_is_heap ? a : b).verdict.slope_per_minute.value;
    const double resident = (a_is_heap ? b : a).verdict.slope_per_minute.value;
    return a_is_heap == (heap >= kHeapHoldsIt * resident);
  }
  const double surer = real(a) && a.series_class == b.series_class ? kAsSure : 0;
  return a.verdict.probability > b.verdict.probability + surer;
}

// A clean heap does not clear native memory: resident memory that may well grow,
// by much more than is tolerated, leaves the run open.
const Judged* Assessment::HidesBeside(const Judged& heap, const std::vector<Judged>& all) {
  if (heap.verdict.verdict != Verdict::kClean) return nullptr;
  for (const Judged& j : all) {
    if (j.series_class != SeriesClass::kResidentMemory || !j.verdict.judged || !j.evidence.missing.empty()) continue;
    const bool open = j.verdict.verdict == Verdict::kInconclusive && j.evidence.average.probability > kMayHide &&
                      j.decision.high > kHidesAbove * j.decision.tolerance_per_minute;
    return open ? &j : nullptr;  // the first: rss itself; the others are parts of it
  }
  return nullptr;
}

const Judged* Assessment::Deciding(const std::vector<Judged>& all) const {
  for (Verdict word : {Verdict::kLeak, Verdict::kSuspect}) {
    const Judged* best = nullptr;
    for (const Judged& j : all) {
      if (!j.verdict.judged || j.verdict.verdict != word) continue;
      if (best == nullptr || SpeaksBefore(j, *best, word)) best = &j;
    }
    if (best != nullptr) return best;
  }
  if (const Judged* resident = ResidentForHeap(all)) return resident;
  // Nobody accuses: the heap speaks for the run, else resident memory, else
  // whatever there is. A series that could be judged goes before one that not.
  for (bool with_evidence : {true, false}) {
    for (SeriesClass c : {SeriesClass::kHeapMemory, SeriesClass::kResidentMemory, SeriesClass::kReservedMemory,
                          SeriesClass::kResource}) {
      for (const Judged& j : all) {
        if (!j.verdict.judged || j.series_class != c || (j.evidence.missing.empty() != with_evidence)) continue;
        const Judged* beside = c == SeriesClass::kHeapMemory ? HidesBeside(j, all) : nullptr;
        return beside != nullptr ? beside : &j;
      }
    }
  }
  return nullptr;
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
  const int heap = HeapBreathing();
  if (heap >= 0) {
    const Evidence& e = all[heap].evidence;
    heap_steady_ = e.missing.empty() && e.average.probability < 0.5;
  }
  for (int i = 0; i < summary_.series_count(); ++i) {
    if (resident(i)) all[i] = JudgeSeries(i);
  }
  WeighTogether(all);
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
