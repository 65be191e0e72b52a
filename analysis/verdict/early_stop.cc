#include "analysis/verdict/early_stop.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace seep::analysis {
namespace {

// How these were chosen, and what they gave: docs/detection_scores.md.
// A cache that fills at a steady pace, or a load that ramps up, looks exactly
// like a leak for as long as it lasts; only waiting tells them apart, and what
// counts is the share of the run, not the number of looks.
// A limit that is near leaves less time to wait; still, a warm-up drawn out to the
// end reaches any limit. A tenth of the run is what lay between the looks that
// the rule was tested with: looks every few seconds must not make it quicker.
constexpr int kLimitLooks = 2;
constexpr double kLimitHeldTo = 1.5, kLimitShareOfRun = 0.1, kLimitKeepsPace = 0.6;
constexpr double kFastTimesTheBar = 10, kFastHeldTo = 2.5, kFastShareOfRun = 0.4, kFastKeepsPace = 0.8;
constexpr double kSteadyHeldTo = 1.5, kSteadyShareOfRun = 0.4, kSteadyKeepsPace = 0.6;
// Longer without a look, and an alarm that was withdrawn meanwhile would seem to
// have held.
constexpr double kBlindShareOfRun = 0.2;

// Looks are planned as shares of the run, which do not divide evenly.
constexpr double kRounding = 1e-9;

bool HeldTo(double elapsed_s, double times, double first_s) { return elapsed_s >= times * first_s * (1 - kRounding); }

std::string Minutes(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f min", seconds / 60);
  return text;
}

}  // namespace

const StopAdvice& EarlyStop::Look(double elapsed_s, const RunVerdict& provisional) {
  // Also false for NaN.
  if (!(elapsed_s > state_.last_look_s)) return state_.advice;
  if (elapsed_s - state_.last_look_s > kBlindShareOfRun * planned_s_ * (1 + kRounding)) state_.alarms.clear();
  state_.last_look_s = elapsed_s;
  if (state_.advice.answer == StopAnswer::kConfirmedLeak) return state_.advice;
  std::vector<LeakAlarm> holding;
  // A series may call LEAK inside a recording that cannot be judged.
  if (provisional.verdict == Verdict::kLeak) {
    for (const SeriesVerdict& series : provisional.series) {
      if (!series.judged || series.verdict != Verdict::kLeak) continue;
      holding.push_back(Continue(elapsed_s, series));
      std::string reason = ReasonToStop(elapsed_s, holding.back(), series);
      if (reason.empty()) continue;
      state_.advice = {StopAnswer::kConfirmedLeak, series.series, holding.back().first_s, elapsed_s, std::move(reason)};
      break;
    }
  }
  state_.alarms = std::move(holding);
  return state_.advice;
}

double EarlyStop::HoldUntil(const LeakAlarm& alarm) const {
  if (std::isnan(planned_s_)) return kFastHeldTo * alarm.first_s;
  const double until = std::max(kSteadyHeldTo * alarm.first_s, alarm.first_s + kSteadyShareOfRun * planned_s_);
  return until <= planned_s_ ? until : kUnknown;
}

LeakAlarm EarlyStop::Continue(double elapsed_s, const SeriesVerdict& leak) const {
  const auto begun = std::find_if(state_.alarms.begin(), state_.alarms.end(),
                                  [&](const LeakAlarm& a) { return a.series == leak.series; });
  LeakAlarm alarm = begun != state_.alarms.end() ? *begun : LeakAlarm{leak.series, elapsed_s, leak.slope_per_minute.value, 0};
  ++alarm.looks;
  return alarm;
}

// Empty: go on. Comparisons with an unknown figure are false, so none confirms.
std::string EarlyStop::ReasonToStop(double elapsed_s, const LeakAlarm& alarm, const SeriesVerdict& leak) const {
  const double left_s = planned_s_ - elapsed_s;
  // An open-ended run has no share to wait for.
  const auto held_share = [&](double share) {
    return std::isnan(planned_s_) || elapsed_s - alarm.first_s >= share * planned_s_ * (1 - kRounding);
  };
  const auto keeps_pace = [&](double share) { return leak.slope_per_minute.value >= share * alarm.first_slope; };
  if (alarm.looks >= kLimitLooks && leak.limit_reached_in_s < left_s && held_share(kLimitShareOfRun) &&
      HeldTo(elapsed_s, kLimitHeldTo, alarm.first_s) && keeps_pace(kLimitKeepsPace)) {
    return leak.series + " reaches " + leak.limit + " in " + Minutes(leak.limit_reached_in_s) + ", before the planned end in " +
           Minutes(left_s) + "; it has been called a leak since " + Minutes(alarm.first_s) + ".";
  }
  const std::string since =
      " has been called a leak at every look from " + Minutes(alarm.first_s) + " to " + Minutes(elapsed_s);
  if (leak.slope_per_minute.low > kFastTimesTheBar * leak.tolerance.per_minute && keeps_pace(kFastKeepsPace) &&
      HeldTo(elapsed_s, kFastHeldTo, alarm.first_s) && held_share(kFastShareOfRun)) {
    return leak.series + since + ", growing at more than ten times the tolerance.";
  }
  // Without a planned end "long enough" means nothing to a slow leak.
  if (!std::isnan(planned_s_) && keeps_pace(kSteadyKeepsPace) && HeldTo(elapsed_s, kSteadyHeldTo, alarm.first_s) &&
      held_share(kSteadyShareOfRun)) {
    return leak.series + since + ", at an unbroken pace.";
  }
  return {};
}

}  // namespace seep::analysis
