// The curves of final verdicts, apart from the verdicts, which are read often.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kDataLoss when a curve cannot be read.
#ifndef SEEP_STORAGE_STORES_CURVE_STORE_H_
#define SEEP_STORAGE_STORES_CURVE_STORE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "seep/v1/verdict.pb.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class CurveStore {
 public:
  explicit CurveStore(sqlite::Database& db) : db_(db) {}

  // Replaces the run's curves by those that the verdict carries; a verdict
  // without any (provisional) leaves them as they are.
  absl::Status Save(RunNo run, const v1::RunVerdict& verdict);
  absl::StatusOr<std::optional<v1::Curve>> Load(RunNo run, const std::string& series);

 private:
  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_CURVE_STORE_H_
