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
#ifndef SEEP_ANALYSIS_VERDICT_EARLY_STOP_H_
#define SEEP_ANALYSIS_VERDICT_EARLY_STOP_H_

#include <cstdint>
#include <string>
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

class EarlyStop {
 public:
  // The length that the run was planned to have; NaN: open-ended, so that no
  // limit can fall before its end.
  explicit EarlyStop(double planned_duration_s) : planned_s_(planned_duration_s) {}

  // One look at the run, at any cadence; elapsed_s must grow. Once a leak is
  // confirmed, the answer stays.
  const StopAdvice& Look(double elapsed_s, const RunVerdict& provisional);

 private:
  struct Alarm {
    std::string series;
    double first_s = 0;
    double first_slope = kUnknown;  // what the series grew by a minute when the alarm began
    int looks = 0;
  };

  Alarm Continue(double elapsed_s, const SeriesVerdict& leak) const;
  std::string ReasonToStop(double elapsed_s, const Alarm& alarm, const SeriesVerdict& leak) const;

  double planned_s_;
  double last_look_s_ = -1;
  std::vector<Alarm> alarms_;
  StopAdvice advice_;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_EARLY_STOP_H_
