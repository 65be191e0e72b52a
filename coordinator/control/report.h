// Everything that a report on one run shows, at any moment of its life.
#ifndef SEEP_COORDINATOR_CONTROL_REPORT_H_
#define SEEP_COORDINATOR_CONTROL_REPORT_H_

#include <string>

#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "seep/v1/control.pb.h"
#include "storage/across_runs.h"
#include "storage/store.h"

namespace seep::coordinator {

// Threads: call and answer on `loop`; samples are gone through on `worker`.
// Bound:   the newest kMaxEvents events; a table of about 12 rows.
inline constexpr std::size_t kMaxEvents = 10'000;
void GatherReport(EventLoop& loop, EventLoop& worker, storage::Store& store, storage::AcrossRuns& across, std::string run_id,
                  Answer<v1::GetReportResponse> answer);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONTROL_REPORT_H_
