// Version 6: what is known of an artefact, to be searched.
#ifndef SEEP_STORAGE_MIGRATIONS_006_ARTEFACT_FACTS_H_
#define SEEP_STORAGE_MIGRATIONS_006_ARTEFACT_FACTS_H_

namespace seep::storage {

extern const char kArtefactFacts[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_006_ARTEFACT_FACTS_H_
