// Version 3: what operations took, thresholds, and what the teardown left.
#ifndef SEEP_STORAGE_MIGRATIONS_003_MEASURES_H_
#define SEEP_STORAGE_MIGRATIONS_003_MEASURES_H_

namespace seep::storage {

extern const char kMeasures[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_003_MEASURES_H_
