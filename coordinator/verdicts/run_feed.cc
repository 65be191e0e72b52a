#include "coordinator/verdicts/run_feed.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "analysis/series/run_summary.h"
#include "coordinator/verdicts/judge_policy.h"
#include "proto/verdict/verdict_messages.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kMaxGauges = 4096;  // the store's own limit is lower
// A fault that was never healed disturbs for no longer than its lease.
constexpr double kUnhealedSeconds = 120;

analysis::Phase PhaseOf(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_BASELINE:
    case v1::PHASE_WARM_UP: return analysis::Phase::kWarmUp;
    case v1::PHASE_COOL_DOWN: return analysis::Phase::kCoolDown;
    case v1::PHASE_TEARDOWN: return analysis::Phase::kTeardown;
    default: return analysis::Phase::kSoak;
  }
}

// Comes with the agent's word that the target has started, which may be later
// than the feed, and than the first sample.
std::string TargetFacts(const v1::Run& run) {
  std::string facts = IsManaged(run) ? "managed" : "not managed";
  for (const v1::ResourceLimit& limit : run.limits()) absl::StrAppend(&facts, ";", limit.series(), "=", limit.value(), limit.name());
  return facts;
}

}  // namespace

RunFeed::RunFeed(const v1::Run& run)
    : target_(TargetFacts(run)), judge_(PolicyOf(run)),
      thresholds_(run.judging().thresholds(), static_cast<double>(run.spec().duration_ms()) / 1000) {
  for (const v1::ResourceLimit& limit : run.limits()) judge_.SetLimit(limit.series(), limit.value(), limit.name());
}

bool RunFeed::KnowsTargetOf(const v1::Run& run) const { return target_ == TargetFacts(run); }

bool RunFeed::SetFaults(const std::vector<v1::FaultReport>& faults) {
  std::vector<Window> windows;
  for (const v1::FaultReport& fault : faults) {
    if (fault.injected_at_ms() == 0) continue;
    const double begin = static_cast<double>(fault.injected_at_ms()) / 1000;
    const bool healed = fault.healed_at_ms() >= fault.injected_at_ms();
    windows.push_back({begin, healed ? static_cast<double>(fault.healed_at_ms()) / 1000 : begin + kUnhealedSeconds});
  }
  std::sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) {
    return a.begin_s != b.begin_s ? a.begin_s < b.begin_s : a.end_s < b.end_s;
  });
  // Those already told must stand unchanged, and the new lie ahead.
  const bool same = windows.size() >= windows_told_ &&
                    std::equal(windows_.begin(), windows_.begin() + static_cast<std::ptrdiff_t>(windows_told_),
                               windows.begin());
  const bool ahead = windows.size() <= windows_told_ || windows[windows_told_].begin_s > last_s_ || samples_ == 0;
  if (!same || !ahead) return false;
  windows_ = std::move(windows);
  return true;
}

void RunFeed::Define(const v1::GaugeDefinition& definition) {
  if (definition.id() > kMaxGauges) return;
  if (gauges_.size() <= definition.id()) gauges_.resize(definition.id() + 1);
  Gauge& gauge = gauges_[definition.id()];
  if (gauge.series >= 0 || gauge.operation >= 0) return;
  // Whatever an agent defines: what the judge has no room for goes unjudged, an
  // operation too many as one more series.
  const bool operation = definition.operation() && operations_.size() < static_cast<std::size_t>(analysis::kMaxOperations);
  if (!operation && values_.size() >= static_cast<std::size_t>(analysis::kMaxSeries)) return;
  if (operation) {
    gauge.operation = judge_.AddOperation(definition.name());
    operations_.resize(static_cast<std::size_t>(gauge.operation) + 1, 0);
  } else {
    const bool counter = definition.kind() == v1::GAUGE_KIND_COUNTER;
    gauge.errors = definition.origin() == v1::GAUGE_ORIGIN_SCENARIO && definition.name() == "errors";
    gauge.series = judge_.AddSeries(analysis::ClassifySeries(definition.name(), definition.unit(), counter));
    values_.resize(static_cast<std::size_t>(gauge.series) + 1);
  }
}

// A jump in the sequence is a gap, with the reason that the store has for it.
// One without a reason is told as such: no verdict is drawn across it (R15).
void RunFeed::NoteHole(const v1::Sample& sample, double t_s) {
  const std::uint64_t expected = last_sequence_ + 1;
  // A lower sequence begins the next stream of the run (the agent restarted).
  const std::uint64_t from = sample.sequence() < expected ? 1 : expected;
  last_sequence_ = sample.sequence();
  if (sample.sequence() == from) return;
  std::string reason = "unexplained";
  for (const storage::Gap& gap : gaps_) {
    if (gap.from_sequence <= from && gap.to_sequence + 1 >= sample.sequence()) reason = gap.reason;
  }
  judge_.AddGap(last_s_, std::max(t_s, last_s_), reason);
}

void RunFeed::AddSample(const v1::Sample& sample) {
  const double t_s = static_cast<double>(sample.monotonic_us()) / 1e6;
  NoteHole(sample, t_s);
  // A second stream may repeat a stretch of time; the judge's never runs back.
  if (samples_ > 0 && (t_s < last_s_ || sample.generation() < last_generation_)) return;
  while (windows_told_ < windows_.size() && windows_[windows_told_].begin_s <= t_s) {
    judge_.AddFaultWindow(windows_[windows_told_].begin_s, windows_[windows_told_].end_s);
    ++windows_told_;
  }
  std::fill(values_.begin(), values_.end(), analysis::kUnknown);
  const int known = std::min(sample.gauge_size(), sample.value_size());
  for (int i = 0; i < known; ++i) {
    if (sample.gauge(i) >= gauges_.size()) continue;
    Gauge& gauge = gauges_[sample.gauge(i)];
    const double value = sample.value(i);
    if (gauge.series >= 0) values_[static_cast<std::size_t>(gauge.series)] = value;
    if (gauge.errors) errors_ = std::max(errors_, value);
    if (gauge.operation < 0 || std::isnan(value)) continue;
    // Operations count for the run, whatever a new generation starts from.
    if (value < gauge.last) gauge.base += gauge.last;
    gauge.last = value;
    operations_[static_cast<std::size_t>(gauge.operation)] = gauge.base + value;
  }
  analysis::RunSample fed;
  fed.t_s = t_s;
  fed.generation = static_cast<int>(sample.generation());
  fed.phase = PhaseOf(sample.phase());
  fed.values = values_;
  fed.operations = operations_;
  judge_.AddSample(fed);
  last_s_ = t_s;
  last_generation_ = sample.generation();
  ++samples_;
}

void RunFeed::Add(const storage::SamplePage& page) {
  for (const v1::GaugeDefinition& definition : page.gauges) {
    Define(definition);
    measures_.Define(definition);
  }
  for (const v1::Sample& sample : page.samples) {
    measures_.Add(sample);
    if (sample.phase() == v1::PHASE_SOAK) thresholds_.Look(measures_);
    AddSample(sample);
  }
}

void RunFeed::WriteMeasures(v1::RunVerdict& verdict) const {
  measures_.WriteTo(verdict);
  thresholds_.WriteProvisional(measures_, verdict);
}

void RunFeed::MarkDamaged(const std::string& why) {
  judge_.MarkInvalid(absl::StrCat("stored samples are damaged, `seep store check` tells more: ", why));
}

v1::RunVerdict RunFeed::Final(const v1::Run& ended) {
  // A gap at the end has no sample behind it.
  for (const storage::Gap& gap : gaps_) {
    if (gap.from_sequence == last_sequence_ + 1) judge_.AddGap(last_s_, last_s_ + 1, gap.reason);
  }
  if (!ended.origin().invalid().empty()) judge_.MarkInvalid(ended.origin().invalid());
  if (samples_ == 0) {
    judge_.MarkInvalid(ended.state_reason().empty() ? std::string("no sample was recorded")
                                                    : absl::StrCat("no sample was recorded: ", ended.state_reason()));
  } else if (errors_ > 0 && std::all_of(operations_.begin(), operations_.end(), [](double n) { return n == 0; })) {
    // Flat memory of a target that never worked says nothing (detection.md).
    judge_.MarkInvalid(absl::StrCat("no operation succeeded and ", static_cast<std::int64_t>(errors_),
                                    " failed; the run's log says why"));
  }
  const analysis::RunVerdict answer = judge_.Final();
  v1::RunVerdict verdict = ToMessage(answer);
  AddCurves(answer, verdict);
  measures_.WriteTo(verdict, /*exact=*/true);
  thresholds_.WriteFinal(measures_, ended.aborted(), verdict);
  return verdict;
}

}  // namespace seep::coordinator
