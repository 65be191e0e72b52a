// The one writer: gathers work for a moment, carries it out in one transaction,
// and calls back once that is on disk.
//
// Each piece of work has a savepoint of its own: one that fails takes back what
// it wrote and leaves its neighbours alone. If the COMMIT fails, all fail.
//
// Between commits it lets the compactor work, for as long as the commit took or
// a slice, unless somebody is in a hurry; sample batches wait for company then
// anyway. With nothing to commit it lets it work half of the time.
//
// Threads: Submit, Start, Stop on the loop's; `apply` runs on the writer's own
//          thread, `finish` on the loop. stats from any.
// Owns:    its thread and the compactor. Borrows the stores and the loop.
// Bounds:  as StoreOptions; beyond them work is refused with kResourceExhausted,
//          patient work at the limit, the rest at twice the limit.
#ifndef SEEP_STORAGE_WRITER_H_
#define SEEP_STORAGE_WRITER_H_

#include <deque>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "common/event_loop/event_loop.h"
#include "common/event_loop/start_guard.h"
#include "storage/compaction/compactor.h"
#include "storage/sqlite_store.h"
#include "storage/stores/stores.h"

namespace seep::storage {

struct Work {
  absl::AnyInvocable<absl::Status(Stores&)> apply;
  absl::AnyInvocable<void(absl::Status)> finish;
  std::size_t bytes = 0;  // what it holds in memory, roughly
  bool patient = false;   // may wait for others
};

class Writer {
 public:
  Writer(Stores& stores, EventLoop& loop, const StoreOptions& options);
  ~Writer();

  absl::Status Start();
  void Stop();  // carries out what is queued, then joins
  void Submit(Work work);
  StoreStats stats() const;

  // For AppendOutcome's figures, which only the stores know; writer thread.
  void Count(std::uint64_t stored, std::uint64_t duplicates);

 private:
  void Run();
  // False: stopped, and nothing is left. An empty batch: the compactor's turn.
  bool TakeBatch(std::vector<Work>& batch);
  void Compact();
  bool InAHurry() const;  // others than sample batches and logs wait
  void Commit(std::vector<Work> batch);
  absl::Status TryCommit(std::vector<Work>& batch, std::vector<absl::Status>& results);
  absl::Status ApplyOne(Work& work);
  bool Admit(const Work& work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refuse(Work work, absl::Status why);

  Stores& stores_;
  EventLoop& loop_;
  const StoreOptions options_;
  Compactor compactor_;
  MonotonicTime rest_until_;  // of the compactor, while there is nothing to commit
  absl::Duration last_commit_ = absl::ZeroDuration();
  StartGuard guard_{"storage writer"};
  std::thread thread_;

  mutable absl::Mutex mutex_;
  std::deque<Work> queue_ ABSL_GUARDED_BY(mutex_);
  MonotonicTime oldest_ ABSL_GUARDED_BY(mutex_);    // when the queue's first came
  std::size_t urgent_ ABSL_GUARDED_BY(mutex_) = 0;  // of the queue, not patient
  bool open_ ABSL_GUARDED_BY(mutex_) = false;       // between Start and Stop
  StoreStats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_WRITER_H_
