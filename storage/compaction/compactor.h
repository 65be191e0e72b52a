// Which streams want compaction, and a bounded slice of work on them at a time.
//
// Nothing of it is urgent: a slice takes some milliseconds, in a transaction of
// its own that is not synced (the next acknowledged commit syncs it with its
// own; a power failure before takes the slice back, whole).
//
// Threads: the writer's.
// Owns:    the list of streams, in memory: what a killed process left behind is
//          found again by Begin. Borrows `db` and `clock`.
// Failure: Work reports and puts off: a full disk for `retry_after`, a stream
//          that cannot be compacted until the next start. Samples stay where
//          they were, readable.
#ifndef SEEP_STORAGE_COMPACTION_COMPACTOR_H_
#define SEEP_STORAGE_COMPACTION_COMPACTOR_H_

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "storage/sqlite/database.h"
#include "storage/stores/ids.h"

namespace seep::storage {

struct CompactionOptions {
  absl::Duration slice = absl::Milliseconds(5);  // overrun by the chunks of one tail at most
  // After the end of a run, or its last late samples: more may be on their way.
  absl::Duration settle_after = absl::Seconds(5);
  absl::Duration retry_after = absl::Seconds(5);
};

struct CompactionStats {
  std::uint64_t slices = 0;
  std::uint64_t chunks = 0;
  std::uint64_t samples = 0;  // moved from tails to chunks
  std::size_t streams_waiting = 0;
  std::size_t streams_failed = 0;  // given up until the next start
  absl::Duration longest_slice = absl::ZeroDuration();
  std::string failure;  // of the last slice; empty when there was none
};

class Compactor {
 public:
  Compactor(sqlite::Database& db, const Clock& clock, const CompactionOptions& options)
      : db_(db), clock_(clock), options_(options) {}

  // Before the first slice: streams that an earlier process did not get to.
  absl::Status Begin();

  void AddFull(StreamNo stream);    // has a chunk's worth of samples
  void AddEnding(StreamNo stream);  // its run is over

  MonotonicTime next() const;  // when Work has something to do; far away if never
  void Work();                 // one slice
  // Before the end of the process: what is not due yet as well, for so long at
  // most. The rest is found again by Begin.
  void WorkAhead(absl::Duration limit);

  const CompactionStats& stats() const { return stats_; }

 private:
  using Due = std::pair<MonotonicTime, StreamNo>;

  void Add(StreamNo stream, MonotonicTime when);
  void Remove(StreamNo stream);
  void WorkOn(MonotonicTime due_by);
  absl::Status WorkUntil(MonotonicTime end, MonotonicTime due_by, std::vector<StreamNo>& finished, CompactionStats& done);
  void PutOff(const absl::Status& why);

  sqlite::Database& db_;
  const Clock& clock_;
  const CompactionOptions options_;
  std::set<Due> queue_;
  absl::flat_hash_map<StreamNo, MonotonicTime> when_;
  StreamNo at_{};  // the stream that the slice was at
  MonotonicTime not_before_;  // after a failure
  CompactionStats stats_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_COMPACTION_COMPACTOR_H_
