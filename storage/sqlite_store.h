// The store on SQLite: one writer thread with group commit, one reader thread.
//
// Threads: construct, Start, Stop and all of Store and AcrossRuns on the loop's thread (before
//          the loop runs is fine); stats from any.
// Owns:    both threads, both connections, the lock of the data directory.
//          Borrows `loop`, which must outlive it.
// Failure: Open: kFailedPrecondition when another process holds the directory
//          (its pid is named) or the database is of a newer Seep; kDataLoss when
//          it is not a sound Seep database; kPermissionDenied; kResourceExhausted
//          (disk full). Messages say what to do. A damaged WAL is kept
//          (seep.db-wal.damaged) and told of by damage().
// Kill:    after kill -9 at any point, all that was called back is on disk and
//          nothing else is half there.
#ifndef SEEP_STORAGE_SQLITE_STORE_H_
#define SEEP_STORAGE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "common/event_loop/event_loop.h"
#include "storage/across_runs.h"
#include "storage/compaction/compactor.h"
#include "storage/store.h"

namespace seep::sqlite {
class Database;
}

namespace seep::storage {

struct Stores;

struct StoreOptions {
  std::string directory;  // made if it is not there, 0700
  // Sample batches and logs wait so long for others to share their fsync;
  // everything else is committed at once, with all that waits.
  absl::Duration commit_interval = absl::Milliseconds(50);
  std::size_t max_batch = 2000;                   // writes a commit
  std::size_t max_queued_writes = 20'000;         // then batches and logs are refused
  std::size_t max_queued_bytes = 64u << 20;
  std::size_t max_queued_reads = 1000;            // then reads are refused
  CompactionOptions compaction;
  std::size_t max_log_bytes_per_source = 4 << 20;  // of one run, or of one agent
  // No threads: each call is carried out before it returns (its callback is
  // still posted). For simulations on a fake clock.
  bool inline_for_simulation = false;
};

struct StoreStats {
  std::uint64_t commits = 0;
  std::uint64_t failed_commits = 0;
  std::uint64_t samples_stored = 0;
  std::uint64_t samples_duplicate = 0;
  std::uint64_t refused = 0;  // by a full queue
  std::size_t queued_writes = 0;
  std::size_t queued_bytes = 0;
  CompactionStats compaction;
  std::string failure;  // why the last commit failed; empty when it did not
};

class SqliteStore : public Store, public AcrossRuns {
 public:
  // Locks the directory, opens or makes `seep.db`, migrates it (keeping a
  // backup beside it).
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const StoreOptions& options,
                                                           EventLoop& loop);

  // Both follow StartGuard. Stop carries out what is queued, posts the
  // callbacks and joins the threads; later calls answer kUnavailable.
  virtual absl::Status Start() = 0;
  virtual void Stop() = 0;

  virtual StoreStats stats() const = 0;
  virtual const std::string& database_path() const = 0;  // for the query worker
  virtual int schema_version() const = 0;

  // For upkeep (storage/upkeep/): a small piece of work among the writes, in
  // their transaction, and a short reading among the reads. Bounds and failures
  // are those of Store; a piece that fails takes back what it wrote.
  virtual void Maintain(absl::AnyInvocable<absl::Status(Stores&)> piece, Done done) = 0;
  virtual void Inspect(absl::AnyInvocable<absl::Status(sqlite::Database&)> look, Done done) = 0;

  // What Open found damaged and went on without, for a human to read; empty:
  // nothing. (A flipped bit in the WAL takes the transactions behind it away:
  // agents send again what they still have, and a gap row tells of the rest.)
  virtual const std::string& damage() const = 0;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_SQLITE_STORE_H_
