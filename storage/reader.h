// The one reader: short read transactions on a connection of its own, one after
// the other, each answered on the loop.
//
// Threads: Submit, Start, Stop on the loop's; queries run on the reader's own.
// Owns:    its thread. Borrows the database and the loop.
// Bounds:  `max_queued_reads` wait; beyond, kResourceExhausted.
#ifndef SEEP_STORAGE_READER_H_
#define SEEP_STORAGE_READER_H_

#include <deque>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/event_loop/event_loop.h"
#include "common/event_loop/start_guard.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite_store.h"

namespace seep::storage {

// Carried out inside a read transaction; returns what to run on the loop. Called
// exactly once: with a failure instead of OK if it cannot be carried out.
using Query = absl::AnyInvocable<Task(absl::Status)>;

class Reader {
 public:
  Reader(sqlite::Database& db, EventLoop& loop, const StoreOptions& options);
  ~Reader();

  absl::Status Start();
  void Stop();  // carries out what is queued, then joins
  void Submit(Query query);

 private:
  void Run();
  void Carry(Query query);

  sqlite::Database& db_;
  EventLoop& loop_;
  const StoreOptions options_;
  StartGuard guard_{"storage reader"};
  std::thread thread_;

  absl::Mutex mutex_;
  std::deque<Query> queue_ ABSL_GUARDED_BY(mutex_);
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_READER_H_
