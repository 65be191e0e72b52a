#include "storage/migrations/006_artefact_facts.h"

namespace seep::storage {

// Until now only `record` told them, which SQL cannot read: artefacts that are
// stored already keep NULL here.
const char kArtefactFacts[] = R"sql(
ALTER TABLE artefact ADD COLUMN format TEXT;
ALTER TABLE artefact ADD COLUMN reason TEXT;
ALTER TABLE artefact ADD COLUMN generation INTEGER;
ALTER TABLE artefact ADD COLUMN at_ms INTEGER;
ALTER TABLE artefact ADD COLUMN wall_us INTEGER;
)sql";

}  // namespace seep::storage
