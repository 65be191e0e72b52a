// One leak for each SDK, scenario and series out of what single runs said.
//
// Figures are pooled over the leaking runs (analysis/compare/pool.h); what an
// operation keeps, over the runs that blame the operation blamed most often.
//
// Threads: pure.
#ifndef SEEP_COORDINATOR_ACROSS_LEAK_GROUPS_H_
#define SEEP_COORDINATOR_ACROSS_LEAK_GROUPS_H_

#include "seep/v1/across.pb.h"
#include "storage/across_runs.h"

namespace seep::coordinator {

// The one seen last comes first; at most `limit`, `truncated` says when there are more.
v1::ListLeaksResponse GroupLeaks(const storage::Sightings& sightings, std::size_t limit);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_ACROSS_LEAK_GROUPS_H_
