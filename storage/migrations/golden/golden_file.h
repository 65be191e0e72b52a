// The golden databases, for tests.
//
// Failure: kNotFound: there is none of that version; kDataLoss.
#ifndef SEEP_STORAGE_MIGRATIONS_GOLDEN_GOLDEN_FILE_H_
#define SEEP_STORAGE_MIGRATIONS_GOLDEN_GOLDEN_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace seep::storage::golden {

// Those that have one (make_golden.sh).
inline constexpr int kVersions[] = {1, 2, 3, 4};

// The content of seep.db as that version's store left it.
absl::StatusOr<std::string> ReadGolden(int version);

}  // namespace seep::storage::golden

#endif  // SEEP_STORAGE_MIGRATIONS_GOLDEN_GOLDEN_FILE_H_
