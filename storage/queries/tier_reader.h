// Reads a run's minutes and hours back as if they were samples, for runs whose
// raw samples have expired: one sample a span, at its middle, with the last value
// of each gauge in it.
//
// Threads: those of `db`. Wants a read transaction around it.
// Failure: kNotFound; as sqlite/error.h.
#ifndef SEEP_STORAGE_QUERIES_TIER_READER_H_
#define SEEP_STORAGE_QUERIES_TIER_READER_H_

#include <string>

#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

// At most about `limit` samples (0: 1,000). The cursor is this function's own.
absl::StatusOr<SamplePage> ReadTiers(sqlite::Database& db, const std::string& run_id, SampleCursor from, std::uint32_t limit);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_TIER_READER_H_
