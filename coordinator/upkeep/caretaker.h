// Looks after the store while the coordinator runs: measures it every two
// seconds, lets data go by the retention rules every `sweep_every` and by size
// when the budget is tight, and gives large free space back.
//
// Threads: coordinator loop only; the work is the store's threads'.
// Owns:    the timers and the expiry queue. Borrows loop and store.
// Failure: logged, and tried again with the next round.
#ifndef SEEP_COORDINATOR_UPKEEP_CARETAKER_H_
#define SEEP_COORDINATOR_UPKEEP_CARETAKER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/event_loop/event_loop.h"
#include "coordinator/upkeep/disk_budget.h"
#include "coordinator/upkeep/expiry_queue.h"
#include "coordinator/upkeep/retention_policy.h"
#include "storage/sqlite_store.h"

namespace seep::coordinator {

struct CaretakerOptions {
  std::vector<RetentionRule> retention;
  std::uint64_t max_bytes = 0;  // 0: none
  std::uint64_t min_free_disk = 0;
  absl::Duration sweep_every = absl::Minutes(10);
};

class Caretaker {
 public:
  Caretaker(EventLoop& loop, storage::SqliteStore& store, const CaretakerOptions& options);
  ~Caretaker();

  void Start();

  // Of the last measure; both true before the first.
  bool takes_samples() const { return budget_.takes_samples(); }
  absl::Status TakesCampaigns() const;  // kResourceExhausted with the reason
  v1::StoreBudget budget() const { return budget_.message(); }
  bool has_rules() const { return !policy_.empty(); }
  ExpiryQueue& expiries() { return expiries_; }

  // What the rules let go now, of the whole store; at most kMaxSweep.
  static constexpr int kMaxSweep = 5'000;
  using Orders = std::vector<storage::ExpiryOrder>;
  void FindExpired(std::function<void(absl::StatusOr<Orders>)> found);
  // Gives all free pages back, some at a time; `done` once none are left, or
  // the file cannot shrink.
  void ReleaseFreePages(storage::Done done);

 private:
  struct Search;
  void Tick();
  void Measured(const storage::StoreSpace& space);
  void Sweep();
  void ExpireOldest(v1::SampleTier keeps);
  void FindMore(std::shared_ptr<Search> search);

  EventLoop& loop_;
  storage::SqliteStore& store_;
  const RetentionPolicy policy_;
  const absl::Duration sweep_every_;
  DiskBudget budget_;
  ExpiryQueue expiries_;
  MonotonicTime next_sweep_;
  bool sweeping_ = false;   // rules are being looked through, or carried out
  bool thinning_ = false;   // the oldest data leaves
  bool releasing_ = false;
  TimerId tick_ = TimerId::kNone;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_CARETAKER_H_
