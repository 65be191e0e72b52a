// Runs whose data may leave: over, neither pinned nor a baseline.
//
// Threads: those of the database.
// Failure: as sqlite/error.h.
#ifndef SEEP_STORAGE_UPKEEP_EXPIRABLE_RUNS_H_
#define SEEP_STORAGE_UPKEEP_EXPIRABLE_RUNS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "seep/v1/run.pb.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

// Whether this schema has baselines.
absl::StatusOr<bool> HasBaselines(sqlite::Database& db);

struct ExpirableRun {
  std::int64_t number = 0;  // within the store, rising: keyset pagination
  std::string run_id;
  std::int64_t ended_wall_us = 0;
  v1::SampleTier keeps = v1::SAMPLE_TIER_RAW;
  bool leftovers = false;  // finer data than `keeps` came late
  std::map<std::string, std::string> labels;
};

// Of all that ended before `ended_before_wall_us`, those after number `after`.
absl::StatusOr<std::vector<ExpirableRun>> ListExpirable(sqlite::Database& db, std::int64_t ended_before_wall_us,
                                                        std::int64_t after, int limit);
// The oldest by their ends that keep something finer than `keeps`.
absl::StatusOr<std::vector<ExpirableRun>> ListOldest(sqlite::Database& db, v1::SampleTier keeps, int limit);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_EXPIRABLE_RUNS_H_
