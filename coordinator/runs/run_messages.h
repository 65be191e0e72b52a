// What a change in a run looks like to people and to the store.
#ifndef SEEP_COORDINATOR_RUNS_RUN_MESSAGES_H_
#define SEEP_COORDINATOR_RUNS_RUN_MESSAGES_H_

#include <string>

#include "common/clock/clock.h"
#include "seep/v1/agent_link.pb.h"
#include "seep/v1/run.pb.h"
#include "storage/records.h"

namespace seep::coordinator {

v1::RunEvent MakeEvent(const v1::Run& run, WallTime now, absl::Duration elapsed, std::string kind,
                       std::string message);
v1::RunEvent FaultEvent(const v1::Run& run, WallTime now, const v1::FaultReport& report);
std::string DescribeState(const v1::Run& run);  // "failed: the target ended at once (exit 3)"
// Whether the run ends before its time by the coordinator's own decision: a
// confirmed leak, a missed threshold.
bool StopsByItself(const v1::Run& run);
// "stopped early at 31.0 min of 60.0 min: LEAK confirmed: rss has been ...", or
// "stopped at 31m of 1h: threshold missed: p(99)<250ms, is 2s"
std::string DescribeOwnStop(const v1::Run& run);

// Updates `run` by what is new in `now` and gives what must be stored: the run
// if it changed, generations that began or ended, an event for each.
storage::RunChange ChangesIn(const v1::RunStatus& before, const v1::RunStatus& now, v1::Run& run);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RUNS_RUN_MESSAGES_H_
