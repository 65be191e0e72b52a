// Lets data of a run go, in pieces small enough to stand between the writes of
// those that go on.
//
// What leaves is noted (table run_expiry) before the first row is deleted, and
// each piece counts the samples it deletes in its own transaction: a kill at any
// point leaves counts that add up, and Unfinished() says where to go on.
//
//   keeps MINUTES   raw samples, logs, profiles and dumps leave
//   keeps HOURS     minutes too, after they were gathered into hours
//   keeps NONE      the run with everything that hangs on it, and its campaign
//                   if it was the last of it
//
// Threads: those of the database; each call inside a transaction of the caller.
// Failure: Begin: kFailedPrecondition for a run that is open, pinned or a
//          baseline; kNotFound. Else as sqlite/error.h.
#ifndef SEEP_STORAGE_UPKEEP_EXPIRY_H_
#define SEEP_STORAGE_UPKEEP_EXPIRY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "storage/stores/stores.h"
#include "storage/upkeep/deletion_plan.h"

namespace seep::storage {

struct ExpiryOrder {
  std::string run_id;
  v1::SampleTier keeps = v1::SAMPLE_TIER_NONE;
  std::string reason;
};

class Expiry {
 public:
  // A piece ends after whichever comes first.
  struct Bounds {
    absl::Duration time = absl::Milliseconds(5);
    int rows = 2000;
  };
  struct Piece {
    std::int64_t rows = 0;
    bool done = false;
  };
  Expiry(const Clock& clock, Bounds bounds) : clock_(clock), bounds_(bounds) {}

  absl::Status Begin(Stores& stores, const ExpiryOrder& order);
  absl::StatusOr<Piece> Step(Stores& stores, const std::string& run_id);
  // Begun and not done, oldest first: what a kill interrupted.
  static absl::StatusOr<std::vector<std::string>> Unfinished(sqlite::Database& db);

 private:
  class Stopwatch;
  absl::Status StepTo(Stores& stores, RunNo run, v1::SampleTier keeps, Stopwatch& watch);
  absl::Status DeleteRows(sqlite::Database& db, RunNo run, const DoomedRows& doomed, Stopwatch& watch);
  absl::Status GatherHours(sqlite::Database& db, RunNo run, Stopwatch& watch);
  absl::Status RemoveRun(Stores& stores, RunNo run);

  const Clock& clock_;
  const Bounds bounds_;
  std::vector<DoomedRows> plan_;  // empty: not yet read
};

// Whether something of the run's says that it is to be kept; the reason, or "".
absl::StatusOr<std::string> WhyKept(sqlite::Database& db, RunNo run);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_EXPIRY_H_
