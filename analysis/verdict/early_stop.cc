#include "analysis/verdict/early_stop.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace seep::analysis {
namespace {

// How these were chosen, and what they gave: docs/detection_scores.md.
// A cache that fills at a steady pace, or a load that ramps up, looks exactly
// like a leak for as long as it lasts; only waiting tells them apart, and what
// counts is the share of the run, not the number of looks.
constexpr int kLimitLooks = 2;
constexpr double kFastTimesTheBar = 10, kFastHeldTo = 2.5, kFastShareOfRun = 0.4, kFastKeepsPace = 0.8;
constexpr double kSteadyHeldTo = 1.5, kSteadyShareOfRun = 0.4, kSteadyKeepsPace = 0.6;

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
  if (advice_.answer == StopAnswer::kConfirmedLeak || !(elapsed_s > last_look_s_)) return advice_;
  last_look_s_ = elapsed_s;
  std::vector<Alarm> holding;
  // A series may call LEAK inside a recording that cannot be judged.
  if (provisional.verdict == Verdict::kLeak) {
    for (const SeriesVerdict& series : provisional.series) {
      if (!series.judged || series.verdict != Verdict::kLeak) continue;
      holding.push_back(Continue(elapsed_s, series));
      std::string reason = ReasonToStop(elapsed_s, holding.back(), series);
      if (reason.empty()) continue;
      advice_ = {StopAnswer::kConfirmedLeak, series.series, holding.back().first_s, elapsed_s, std::move(reason)};
      break;
    }
  }
  alarms_ = std::move(holding);
  return advice_;
}

EarlyStop::Alarm EarlyStop::Continue(double elapsed_s, const SeriesVerdict& leak) const {
  const auto begun = std::find_if(alarms_.begin(), alarms_.end(), [&](const Alarm& a) { return a.series == leak.series; });
  Alarm alarm = begun != alarms_.end() ? *begun : Alarm{leak.series, elapsed_s, leak.slope_per_minute.value, 0};
  ++alarm.looks;
  return alarm;
}

// Empty: go on. Comparisons with an unknown figure are false, so none confirms.
std::string EarlyStop::ReasonToStop(double elapsed_s, const Alarm& alarm, const SeriesVerdict& leak) const {
  const double left_s = planned_s_ - elapsed_s;
  if (alarm.looks >= kLimitLooks && leak.limit_reached_in_s < left_s) {
    return leak.series + " reaches " + leak.limit + " in " + Minutes(leak.limit_reached_in_s) + ", before the planned end in " +
           Minutes(left_s) + "; it has been called a leak since " + Minutes(alarm.first_s) + ".";
  }
  // An open-ended run has no share to wait for.
  const auto held_share = [&](double share) {
    return std::isnan(planned_s_) || elapsed_s - alarm.first_s >= share * planned_s_ * (1 - kRounding);
  };
  const auto keeps_pace = [&](double share) { return leak.slope_per_minute.value >= share * alarm.first_slope; };
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
