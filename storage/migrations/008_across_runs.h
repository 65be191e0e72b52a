// Version 8: what questions across runs search by; baselines; annotations.
#ifndef SEEP_STORAGE_MIGRATIONS_008_ACROSS_RUNS_H_
#define SEEP_STORAGE_MIGRATIONS_008_ACROSS_RUNS_H_

namespace seep::storage {

extern const char kAcrossRuns[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_008_ACROSS_RUNS_H_
