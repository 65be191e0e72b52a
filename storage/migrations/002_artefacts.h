// Version 2: files that belong to runs (profiles, heap dumps).
#ifndef SEEP_STORAGE_MIGRATIONS_002_ARTEFACTS_H_
#define SEEP_STORAGE_MIGRATIONS_002_ARTEFACTS_H_

namespace seep::storage {

extern const char kArtefacts[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_002_ARTEFACTS_H_
