// Whether a live run's provisional LEAK may be believed: an EarlyStop as it is
// told to people, and as it is kept in the stored verdict so that a coordinator
// that restarts in mid-run goes on from there.
//
// Threads: pure.
#ifndef SEEP_COORDINATOR_VERDICTS_CONFIRMATION_H_
#define SEEP_COORDINATOR_VERDICTS_CONFIRMATION_H_

#include "analysis/verdict/early_stop.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

// Goes on from what is stored of the run, if anything is.
analysis::EarlyStop EarlyStopOf(const v1::Run& run);

// How far apart looks are, in seconds of the run. A judgement costs milliseconds
// of CPU and a planned run is watched in shares of its length, so a hundredth of
// it is often enough; a run of a week still gets a fresh word each minute.
double LookEverySeconds(double planned_s);

// Tells of `stop` in a provisional verdict.
void SetConfirmation(const analysis::EarlyStop& stop, v1::RunVerdict& verdict);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_CONFIRMATION_H_
