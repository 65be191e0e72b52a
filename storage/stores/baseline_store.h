// Names that stand for runs, and what they stood for before.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kNotFound (run, name), kFailedPrecondition (the run is not over),
//          kInvalidArgument (the name), kResourceExhausted (too many).
#ifndef SEEP_STORAGE_STORES_BASELINE_STORE_H_
#define SEEP_STORAGE_STORES_BASELINE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "seep/v1/across.pb.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class BaselineStore {
 public:
  static constexpr std::size_t kMaxHistory = 50;  // shown; all of it is kept

  explicit BaselineStore(sqlite::Database& db) : db_(db) {}

  absl::StatusOr<v1::SetBaselineResponse> Set(const v1::SetBaselineRequest& request, std::int64_t wall_us);
  absl::StatusOr<v1::Baseline> Remove(const v1::RemoveBaselineRequest& request, std::int64_t wall_us);
  absl::StatusOr<std::vector<v1::Baseline>> List();
  absl::StatusOr<std::optional<v1::Baseline>> Find(const std::string& name);
  // Of a run or of the baseline of that name.
  struct Target {
    RunNo run;
    std::string baseline;  // empty: it was a run's id
  };
  absl::StatusOr<Target> Resolve(const std::string& reference);

 private:
  absl::Status Note(const std::string& name, const std::string& run_id, std::int64_t wall_us, const std::string& by,
                    const std::string& note);
  absl::Status AddHistory(v1::Baseline& baseline);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_BASELINE_STORE_H_
