// Rows to query of what a run measured besides its series: latencies and errors
// by operation, thresholds, what the teardown left.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
#ifndef SEEP_STORAGE_STORES_MEASURE_STORE_H_
#define SEEP_STORAGE_STORES_MEASURE_STORE_H_

#include "absl/status/status.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class MeasureStore {
 public:
  explicit MeasureStore(sqlite::Database& db) : db_(db) {}

  // Replaces what was there.
  absl::Status Save(RunNo run, const v1::RunVerdict& verdict);

 private:
  absl::Status Clear(RunNo run);
  absl::Status SaveOperations(RunNo run, const v1::RunVerdict& verdict);
  absl::Status SaveThresholds(RunNo run, const v1::RunVerdict& verdict);
  absl::Status SaveResiduals(RunNo run, const v1::RunVerdict& verdict);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_MEASURE_STORE_H_
