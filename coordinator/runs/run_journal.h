// Writes what happens to runs into the store, in order, until it is there.
//
// Threads: coordinator loop only.
// Failure: a refused write is kept and tried again each second; the later ones
//          of the same run wait behind it.
// Bound:   kMaxWaiting changes a run; then the oldest that only holds events go.
#ifndef SEEP_COORDINATOR_RUNS_RUN_JOURNAL_H_
#define SEEP_COORDINATOR_RUNS_RUN_JOURNAL_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "common/event_loop/event_loop.h"
#include "storage/store.h"

namespace seep::coordinator {

class RunJournal {
 public:
  static constexpr std::size_t kMaxWaiting = 256;
  using Stored = absl::AnyInvocable<void()>;

  RunJournal(EventLoop& loop, storage::Store& store) : loop_(loop), store_(store) {}

  // `stored` runs after COMMIT.
  void Write(storage::RunChange change, Stored stored = nullptr);
  void SetObserver(std::function<void(const std::string&)> changed) { changed_ = std::move(changed); }
  void Notify(const std::string& run_id) {
    if (changed_) changed_(run_id);
  }

 private:
  struct Waiting {
    storage::RunChange change;
    Stored stored;
  };
  struct Queue {
    std::deque<Waiting> waiting;
    bool in_flight = false;
  };
  void Pump(const std::string& run_id);
  void OnWritten(const std::string& run_id, absl::Status status);

  EventLoop& loop_;
  storage::Store& store_;
  std::function<void(const std::string&)> changed_;
  absl::flat_hash_map<std::string, Queue> queues_;
  // Store callbacks and timers may outlive this object.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RUNS_RUN_JOURNAL_H_
