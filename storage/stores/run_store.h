// Runs: the row that everyone sees, its labels and its changes of state.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kNotFound naming the run; kDataLoss when a record cannot be read.
#ifndef SEEP_STORAGE_STORES_RUN_STORE_H_
#define SEEP_STORAGE_STORES_RUN_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

// Nothing more happens to such a run, except that late samples may come.
bool IsTerminal(v1::RunState state);

class RunStore {
 public:
  explicit RunStore(sqlite::Database& db) : db_(db) {}

  // Returns the run with its new id, in `spec` too; `keep_id`: with its own.
  absl::StatusOr<v1::Run> Insert(CampaignNo campaign, v1::Run run, bool keep_id = false);
  // `wall_us` dates the transition, if the state changes.
  absl::Status Update(RunNo number, const v1::Run& run, std::int64_t wall_us);

  // Exact histograms are many times the rest: who adds runs up asks for them.
  enum class Histograms { kLeaveOut, kKeep };
  absl::StatusOr<v1::Run> Load(const std::string& run_id, Histograms histograms = Histograms::kLeaveOut);
  absl::StatusOr<RunPage> List(const RunFilter& filter, const PageRequest& page);

 private:
  absl::Status SaveLabels(RunNo number, const v1::Run& run);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_RUN_STORE_H_
