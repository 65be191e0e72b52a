// The lives of a run's target processes.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
#ifndef SEEP_STORAGE_STORES_GENERATION_STORE_H_
#define SEEP_STORAGE_STORES_GENERATION_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class GenerationStore {
 public:
  explicit GenerationStore(sqlite::Database& db) : db_(db) {}

  absl::Status Save(RunNo run, const v1::GenerationInfo& generation);  // replaces by number
  absl::StatusOr<std::vector<v1::GenerationInfo>> List(const std::string& run_id);

 private:
  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_GENERATION_STORE_H_
