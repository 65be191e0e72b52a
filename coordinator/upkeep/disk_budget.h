// How full the store is, and what follows from it.
//
//   below 90 % of max_bytes     nothing
//   90 %                        TIGHT: the oldest data leaves, down to 80 %
//   95 %, or too little disk    FULL: new campaigns are refused
//   100 %, or half of that disk samples are not acknowledged: agents keep them
//
// The measure is what the store holds: without the file's free pages, which are
// used again first, and without its WAL, some MB that no expiry makes smaller. Space below min_free_disk is no reason to let
// history go: it may be another program's doing.
//
// Threads: coordinator loop.
#ifndef SEEP_COORDINATOR_UPKEEP_DISK_BUDGET_H_
#define SEEP_COORDINATOR_UPKEEP_DISK_BUDGET_H_

#include <string>

#include "seep/v1/store.pb.h"
#include "storage/upkeep/store_stats.h"

namespace seep::coordinator {

class DiskBudget {
 public:
  // 0: no limit.
  DiskBudget(std::uint64_t max_bytes, std::uint64_t min_free_disk) : max_bytes_(max_bytes), min_free_disk_(min_free_disk) {}

  void Measure(const storage::StoreSpace& space);

  bool takes_campaigns() const { return state_ != v1::StoreBudget::STATE_FULL; }
  bool takes_samples() const { return takes_samples_; }
  bool wants_expiry() const { return wants_expiry_; }     // of the oldest data
  bool wants_pages_back() const { return short_of_disk_; }  // free pages, to the file system
  v1::StoreBudget message() const;

 private:
  const std::uint64_t max_bytes_, min_free_disk_;
  v1::StoreBudget::State state_ = v1::StoreBudget::STATE_ROOM;
  bool takes_samples_ = true;
  bool wants_expiry_ = false;
  bool short_of_disk_ = false;
  std::string reason_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_DISK_BUDGET_H_
