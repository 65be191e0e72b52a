// What runs are searched and grouped by that their records hold in depth.
//
// Threads: those of `db`.
#ifndef SEEP_STORAGE_STORES_RUN_FACETS_H_
#define SEEP_STORAGE_STORES_RUN_FACETS_H_

#include <string>

#include "absl/status/status.h"
#include "seep/v1/run.pb.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

// The driver's name, or, of a process, its entry's. Never empty: "-".
std::string SdkOf(const v1::Run& run);

// What the scenario does: "payments+reconnect"; of a process, its load's entry.
// Never empty: "none".
std::string ScenarioOf(const v1::Run& run);

// For runs that were stored before there were facets. Does nothing once all
// have theirs; a kill leaves the rest to the next start.
absl::Status FillFacets(sqlite::Database& db);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_RUN_FACETS_H_
