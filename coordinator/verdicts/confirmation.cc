#include "coordinator/verdicts/confirmation.h"

#include <algorithm>

#include "coordinator/verdicts/judge_policy.h"

namespace seep::coordinator {
namespace {

constexpr double kLooksInARun = 100, kLeastSeconds = 1, kMostSeconds = 60;

}  // namespace

double LookEverySeconds(double planned_s) { return std::clamp(planned_s / kLooksInARun, kLeastSeconds, kMostSeconds); }

analysis::EarlyStop EarlyStopOf(const v1::Run& run) {
  const v1::Confirmation& kept = run.verdict().confirmation();
  analysis::EarlyStop::State state;
  if (!run.verdict().has_confirmation()) return analysis::EarlyStop(PlannedSeconds(run));
  state.last_look_s = kept.looked_s();
  for (const auto& alarm : kept.alarms()) {
    state.alarms.push_back({alarm.series(), alarm.first_s(), alarm.first_slope(), static_cast<int>(alarm.looks())});
  }
  if (kept.confirmed()) {
    state.advice = {analysis::StopAnswer::kConfirmedLeak, kept.series(), kept.first_alarm_s(), kept.confirmed_s(),
                    kept.reason()};
  }
  return {PlannedSeconds(run), std::move(state)};
}

void SetConfirmation(const analysis::EarlyStop& stop, v1::RunVerdict& verdict) {
  const analysis::EarlyStop::State& state = stop.state();
  const bool confirmed = state.advice.answer == analysis::StopAnswer::kConfirmedLeak;
  v1::Confirmation& out = *verdict.mutable_confirmation();
  out.Clear();
  out.set_confirmed(confirmed);
  out.set_looked_s(state.last_look_s);
  out.set_first_alarm_s(analysis::kUnknown);
  out.set_hold_until_s(analysis::kUnknown);
  out.set_confirmed_s(state.advice.confirmed_s);
  for (const analysis::LeakAlarm& alarm : state.alarms) {
    auto& kept = *out.add_alarms();
    kept.set_series(alarm.series);
    kept.set_first_s(alarm.first_s);
    kept.set_first_slope(alarm.first_slope);
    kept.set_looks(static_cast<std::uint32_t>(alarm.looks));
  }
  if (confirmed) {
    out.set_series(state.advice.series);
    out.set_first_alarm_s(state.advice.first_alarm_s);
    out.set_reason(state.advice.reason);
  } else if (!state.alarms.empty()) {
    const auto oldest = std::min_element(state.alarms.begin(), state.alarms.end(),
                                         [](const auto& a, const auto& b) { return a.first_s < b.first_s; });
    out.set_series(oldest->series);
    out.set_first_alarm_s(oldest->first_s);
    out.set_hold_until_s(stop.HoldUntil(*oldest));
  }
}

}  // namespace seep::coordinator
