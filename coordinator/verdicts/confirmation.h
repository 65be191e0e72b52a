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

// How far apart looks are, in seconds of the run. Judging ten series costs about
// 15 ms of CPU (run_judge_bench), and what an EarlyStop waits for are shares of
// the run: a hundredth of it is often enough, and costs a run of an hour 0.04 %
// of a core. A run of a week still gets a fresh word each minute.
double LookEverySeconds(double planned_s);

// Tells of `stop` in a provisional verdict.
void SetConfirmation(const analysis::EarlyStop& stop, v1::RunVerdict& verdict);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_CONFIRMATION_H_
