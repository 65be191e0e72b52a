// When the ticks of an open loop are meant to begin: evenly or by chance
// (Poisson), at a rate that stays or moves in lines from stage to stage.
//
// The n-th arrival is where the integral of the rate reaches n (or, by chance,
// the sum of n exponential draws): a ramp has exactly the arrivals that the area
// under it says, and nothing drifts over weeks.
//
// Threads: one at a time. Pure: the same pace and seed give the same times.
#ifndef SEEP_AGENT_PACING_ARRIVAL_TIMES_H_
#define SEEP_AGENT_PACING_ARRIVAL_TIMES_H_

#include <vector>

#include "common/os/random.h"
#include "seep/v1/campaign.pb.h"

namespace seep::agent {

class ArrivalTimes {
 public:
  ArrivalTimes(const v1::Pace& pace, Random random);

  // Since the first one could come; never decreases. Infinite: no more, the
  // last stage ended at no rate at all.
  absl::Duration Next();

 private:
  struct Stage {
    double from = 0;     // arrivals a second
    double to = 0;
    double seconds = 0;  // infinite: the last one
  };
  double AreaOf(const Stage& stage) const { return (stage.from + stage.to) / 2 * stage.seconds; }

  std::vector<Stage> stages_;
  bool poisson_;
  Random random_;
  std::size_t stage_ = 0;
  double stage_began_s_ = 0;
  double due_ = 0;  // arrivals since the stage began at which the next one is due
  bool first_ = true;
};

// Whether ticks come at a rate, whatever the target does.
bool IsOpenLoop(const v1::Pace& pace);

}  // namespace seep::agent

#endif  // SEEP_AGENT_PACING_ARRIVAL_TIMES_H_
