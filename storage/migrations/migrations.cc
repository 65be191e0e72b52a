#include "storage/migrations/001_first_schema.h"
#include "storage/migrations/002_artefacts.h"
#include "storage/migrations/003_measures.h"
#include "storage/migrations/004_chunks.h"
#include "storage/migrations/005_upkeep.h"
#include "storage/migrations/006_artefact_facts.h"
#include "storage/migrations/007_gauge_checksums.h"
#include "storage/migrations/008_across_runs.h"
#include "storage/migrations/migration.h"

namespace seep::storage {

const std::vector<Migration>& Migrations() {
  static const auto* const migrations = new std::vector<Migration>{
      {"first schema", kFirstSchema},
      {"artefacts", kArtefacts},
      {"measures", kMeasures},
      {"chunks", kChunks},
      {"upkeep", kUpkeep},
      {"artefact facts", kArtefactFacts},
      {"gauge checksums", kGaugeChecksums},
      {"across runs", kAcrossRuns},
  };
  return *migrations;
}

}  // namespace seep::storage
