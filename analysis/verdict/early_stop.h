// Whether a run may stop before its planned end because it surely leaks.
//
// A verdict in mid-run is provisional: an unfinished warm-up looks like a leak
// until it is over. A provisional LEAK of a series therefore only begins an
// alarm; a look that says otherwise withdraws it and forgets it; it is
// confirmed when it has held as long as its rule asks (the figures are in the .cc).
// Nothing here changes a verdict, and a final LEAK needs no confirmation.
//
// Threads: none of its own; one caller at a time. No clock: times are given.
// Owns:    one small alarm for each series that the latest look called LEAK.
// Failure: none; looks that do not move time forward count for nothing.
// Replay:  the same looks give the same advice, and one that is made from
//          another's state goes on as that one would have.
#ifndef SEEP_ANALYSIS_VERDICT_EARLY_STOP_H_
#define SEEP_ANALYSIS_VERDICT_EARLY_STOP_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "analysis/verdict/verdict.h"

namespace seep::analysis {

enum class StopAnswer : std::uint8_t { kGoOn, kConfirmedLeak };

struct StopAdvice {
  StopAnswer answer = StopAnswer::kGoOn;
  std::string series;               // the rest only with kConfirmedLeak
  double first_alarm_s = kUnknown;  // when the alarm that held began
  double confirmed_s = kUnknown;
  std::string reason;               // one plain sentence with the figures
};

// A series that every look since `first_s` has called LEAK.
struct LeakAlarm {
  std::string series;
  double first_s = 0;
  double first_slope = kUnknown;  // what the series grew by a minute when the alarm began
  int looks = 0;
};

class EarlyStop {
 public:
  // All that is to be kept where a coordinator may restart in mid-run.
  struct State {
    double last_look_s = -1;
    std::vector<LeakAlarm> alarms;
    StopAdvice advice;
  };

  // The length that the run was planned to have; NaN: open-ended, so that no
  // limit can fall before its end.
  explicit EarlyStop(double planned_duration_s) : planned_s_(planned_duration_s) {}
  EarlyStop(double planned_duration_s, State state) : planned_s_(planned_duration_s), state_(std::move(state)) {}

  // One look at the run, at any cadence; elapsed_s must grow. Once a leak is
  // confirmed, the answer stays. Where nobody looked for a fifth of the planned
  // run, nothing is known to have held: alarms begin anew.
  const StopAdvice& Look(double elapsed_s, const RunVerdict& provisional);

  const State& state() const { return state_; }
  // Until when an alarm must hold to be confirmed (a limit that is near may
  // confirm it sooner). NaN: not before the planned end.
  double HoldUntil(const LeakAlarm& alarm) const;

 private:
  LeakAlarm Continue(double elapsed_s, const SeriesVerdict& leak) const;
  std::string ReasonToStop(double elapsed_s, const LeakAlarm& alarm, const SeriesVerdict& leak) const;

  double planned_s_;
  State state_;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_EARLY_STOP_H_
