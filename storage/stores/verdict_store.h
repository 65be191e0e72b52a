// The present verdict of a run: the whole message, and a row a series to query.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
#ifndef SEEP_STORAGE_STORES_VERDICT_STORE_H_
#define SEEP_STORAGE_STORES_VERDICT_STORE_H_

#include "absl/status/status.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class VerdictStore {
 public:
  explicit VerdictStore(sqlite::Database& db) : db_(db) {}

  // Replaces what was there.
  absl::Status Save(RunNo run, const v1::RunVerdict& verdict);

 private:
  absl::Status SaveSeries(RunNo run, const v1::SeriesVerdict& series);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_VERDICT_STORE_H_
