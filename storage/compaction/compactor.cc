#include "storage/compaction/compactor.h"

#include <algorithm>

#include "common/status/check.h"
#include "common/status/status_macros.h"
#include "storage/compaction/stream_compaction.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {
namespace {

// A commit within its scope is not synced. To go on without syncing what is
// acknowledged would be worse than to stop.
class Unsynced {
 public:
  explicit Unsynced(sqlite::Database& db) : db_(db) { Set("PRAGMA synchronous=NORMAL"); }
  ~Unsynced() { Set("PRAGMA synchronous=FULL"); }
  Unsynced(const Unsynced&) = delete;
  Unsynced& operator=(const Unsynced&) = delete;

 private:
  void Set(const char* pragma) {
    const absl::Status set = db_.Execute(pragma);
    SEEP_CHECK(set.ok()) << set;
  }
  sqlite::Database& db_;
};

}  // namespace

absl::Status Compactor::Begin() {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db_.Prepare("SELECT stream_no FROM stream WHERE settled = 0"));
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    AddEnding(StreamNo{select.Integer(0)});
  }
}

void Compactor::AddFull(StreamNo stream) { Add(stream, clock_.Now()); }
void Compactor::AddEnding(StreamNo stream) { Add(stream, clock_.Now() + options_.settle_after); }

void Compactor::Add(StreamNo stream, MonotonicTime when) {
  const auto [found, fresh] = when_.try_emplace(stream, when);
  if (!fresh) {
    if (found->second <= when) return;
    queue_.erase({found->second, stream});
    found->second = when;
  }
  queue_.insert({when, stream});
}

void Compactor::Remove(StreamNo stream) {
  const auto found = when_.find(stream);
  if (found == when_.end()) return;
  queue_.erase({found->second, stream});
  when_.erase(found);
}

MonotonicTime Compactor::next() const {
  if (queue_.empty()) return MonotonicTime(absl::InfiniteDuration());
  return std::max(queue_.begin()->first, not_before_);
}

void Compactor::Work() { WorkOn(clock_.Now()); }

void Compactor::WorkAhead(absl::Duration limit) {
  const MonotonicTime end = clock_.Now() + limit;
  while (!queue_.empty() && clock_.Now() < end) {
    WorkOn(MonotonicTime(absl::InfiniteDuration()));
    if (!stats_.failure.empty()) return;
  }
}

void Compactor::WorkOn(MonotonicTime due_by) {
  const MonotonicTime began = clock_.Now();
  std::vector<StreamNo> finished;
  CompactionStats done;
  const absl::Status worked = WorkUntil(began + options_.slice, due_by, finished, done);
  const absl::Duration took = clock_.Now() - began;
  ++stats_.slices;
  stats_.longest_slice = std::max(stats_.longest_slice, took);
  stats_.failure = std::string(worked.message());
  if (worked.ok()) {
    for (const StreamNo stream : finished) Remove(stream);
    stats_.chunks += done.chunks;
    stats_.samples += done.samples;
  } else {
    PutOff(worked);
  }
  stats_.streams_waiting = queue_.size();
}

absl::Status Compactor::WorkUntil(MonotonicTime end, MonotonicTime due_by, std::vector<StreamNo>& finished,
                                  CompactionStats& done) {
  at_ = {};
  Unsynced unsynced(db_);
  SEEP_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                        sqlite::Transaction::Begin(db_, sqlite::Transaction::Kind::kWrite));
  for (const auto& [when, stream] : queue_) {
    if (when > due_by) break;
    at_ = stream;
    StreamCompaction compaction(db_, stream);
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const CompactionStep step, compaction.Step());
      done.chunks += step.chunks;
      done.samples += step.samples;
      if (step.done) {
        finished.push_back(stream);
        break;
      }
      if (clock_.Now() >= end) return transaction.Commit();
    }
    if (clock_.Now() >= end) break;
  }
  return transaction.Commit();
}

void Compactor::PutOff(const absl::Status& why) {
  // The disk, or another process that holds the file: no stream's own fault.
  if (absl::IsResourceExhausted(why) || absl::IsUnavailable(why)) {
    not_before_ = clock_.Now() + options_.retry_after;
    return;
  }
  Remove(at_);
  ++stats_.streams_failed;
}

}  // namespace seep::storage
