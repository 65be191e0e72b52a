// Carries expiries out, one after the other, each in small pieces among the
// store's writes: the next piece is asked for when the one before is on disk, so
// samples never wait for more than one.
//
// Threads: coordinator loop only.
// Owns:    the orders that wait. Borrows the store and the clock.
// Bound:   kMaxOrders wait; one more is refused with kResourceExhausted.
// Restart: what was begun is taken up by Resume; what only waited is forgotten
//          (whoever ordered it will find the run again, or ask again).
#ifndef SEEP_COORDINATOR_UPKEEP_EXPIRY_QUEUE_H_
#define SEEP_COORDINATOR_UPKEEP_EXPIRY_QUEUE_H_

#include <deque>
#include <functional>
#include <memory>

#include "common/event_loop/event_loop.h"
#include "storage/sqlite_store.h"
#include "storage/upkeep/expiry.h"

namespace seep::coordinator {

class ExpiryQueue {
 public:
  static constexpr std::size_t kMaxOrders = 10'000;
  using Progress = std::function<void(std::int64_t rows)>;  // in all, so far

  ExpiryQueue(EventLoop& loop, storage::SqliteStore& store);

  void Add(storage::ExpiryOrder order, Progress progress, storage::Done done);
  // What a kill interrupted; before the first Add.
  void Resume();
  bool idle() const { return waiting_.empty() && !busy_; }
  std::uint64_t expired() const { return expired_; }

 private:
  struct Order {
    storage::ExpiryOrder order;
    bool begun = false;
    std::int64_t rows = 0;
    Progress progress;
    storage::Done done;
  };
  void Pump();
  void Begin();
  void Step();
  void Finish(absl::Status status);

  EventLoop& loop_;
  storage::SqliteStore& store_;
  storage::Expiry expiry_;  // used on the writer's thread, by one piece at a time
  std::deque<Order> waiting_;
  bool busy_ = false;
  std::uint64_t expired_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_EXPIRY_QUEUE_H_
