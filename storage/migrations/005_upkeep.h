// Version 5: what keeps a run's data, what has let it go, and hours of it.
#ifndef SEEP_STORAGE_MIGRATIONS_005_UPKEEP_H_
#define SEEP_STORAGE_MIGRATIONS_005_UPKEEP_H_

namespace seep::storage {

extern const char kUpkeep[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_MIGRATIONS_005_UPKEEP_H_
