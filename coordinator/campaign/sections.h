// The sections of one cell of a campaign, each read into its message.
#ifndef SEEP_COORDINATOR_CAMPAIGN_SECTIONS_H_
#define SEEP_COORDINATOR_CAMPAIGN_SECTIONS_H_

#include "coordinator/campaign/campaign_parser.h"
#include "coordinator/campaign/field_reader.h"

namespace seep::coordinator {

// `sdk:`, or by ReadProcessTarget `target:`.
void ReadTarget(FieldReader& campaign, Diagnostics& diagnostics, PlannedRun& run);
void ReadProcessTarget(FieldReader& campaign, Diagnostics& diagnostics, PlannedRun& run);
// `environment` and `directory` of a target.
void ReadSurroundings(FieldReader& target, v1::TargetSpec& spec);
void ReadFigures(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec);
void ReadScenario(FieldReader& campaign, Diagnostics& diagnostics, v1::ScenarioSpec& scenario);
void ReadTiming(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec);
void ReadWallets(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec);
// Faults spare the warm-up unless `first_after` says otherwise.
void ReadChaos(FieldReader& campaign, Diagnostics& diagnostics, std::uint64_t warm_up_ms, v1::ChaosSpec& chaos);
void ReadThresholds(FieldReader& campaign, Diagnostics& diagnostics, v1::VerdictSpec& judging);
void ReadVerdict(FieldReader& campaign, Diagnostics& diagnostics, v1::VerdictSpec& judging);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CAMPAIGN_SECTIONS_H_
