// The parts of a scenario that name operations: failures, connect_cancel,
// concurrent, invoke, mix.
#ifndef SEEP_COORDINATOR_CAMPAIGN_NAMED_OPERATIONS_H_
#define SEEP_COORDINATOR_CAMPAIGN_NAMED_OPERATIONS_H_

#include "coordinator/campaign/field_reader.h"
#include "seep/v1/campaign.pb.h"

namespace seep::coordinator {

// Reads those that `parts` (the scenario's fields) has.
void ReadNamedOperations(FieldReader& parts, Diagnostics& diagnostics, v1::ScenarioSpec& scenario);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CAMPAIGN_NAMED_OPERATIONS_H_
