// The journal of faults: what was planned for a run and what became of it.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
#ifndef SEEP_STORAGE_STORES_FAULT_STORE_H_
#define SEEP_STORAGE_STORES_FAULT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class FaultStore {
 public:
  explicit FaultStore(sqlite::Database& db) : db_(db) {}

  absl::Status Save(RunNo run, const v1::FaultReport& fault);  // replaces by the run's fault_id
  // Of a run in the order they were planned; empty: of all, newest first.
  absl::StatusOr<std::vector<v1::FaultReport>> List(const std::string& run_id, std::uint32_t limit);

 private:
  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_FAULT_STORE_H_
