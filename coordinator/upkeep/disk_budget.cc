#include "coordinator/upkeep/disk_budget.h"

#include <fmt/format.h>

namespace seep::coordinator {
namespace {

// Apart, so that a store at the edge does not flicker.
constexpr double kExpiryBegins = 0.90, kExpiryEnds = 0.80, kFull = 0.95, kRoomAgain = 0.93, kSamplesWait = 1.0;

std::string Size(std::uint64_t bytes) {
  const double value = static_cast<double>(bytes);
  if (value >= 1e9) return fmt::format("{:.1f} GB", value / 1e9);
  return fmt::format("{:.1f} MB", value / 1e6);
}

}  // namespace

void DiskBudget::Measure(const storage::StoreSpace& space) {
  const bool was_full = state_ == v1::StoreBudget::STATE_FULL;
  const std::uint64_t used = space.live_bytes();
  const double share = max_bytes_ == 0 ? 0 : static_cast<double>(used) / static_cast<double>(max_bytes_);
  short_of_disk_ = space.disk_free_bytes < min_free_disk_;
  wants_expiry_ = share >= (wants_expiry_ ? kExpiryEnds : kExpiryBegins);
  takes_samples_ = share < kSamplesWait && space.disk_free_bytes >= min_free_disk_ / 2;
  const bool over = share >= (was_full ? kRoomAgain : kFull);
  state_ = over || short_of_disk_ ? v1::StoreBudget::STATE_FULL
           : wants_expiry_        ? v1::StoreBudget::STATE_TIGHT
                                  : v1::StoreBudget::STATE_ROOM;
  reason_.clear();
  if (short_of_disk_) {
    reason_ = fmt::format("the disk has {} left, and store.min_free_disk is {}; free some, or lower it", Size(space.disk_free_bytes),
                          Size(min_free_disk_));
  } else if (state_ != v1::StoreBudget::STATE_ROOM) {
    reason_ = fmt::format("the store has {} of the {} that store.max_bytes gives it{}", Size(used), Size(max_bytes_),
                          over ? ", and nothing more that may leave it; remove or unpin runs (seep runs rm, unpin), or raise it"
                               : "; its oldest data leaves");
  }
}

v1::StoreBudget DiskBudget::message() const {
  v1::StoreBudget budget;
  budget.set_max_bytes(max_bytes_);
  budget.set_min_free_disk(min_free_disk_);
  budget.set_state(state_);
  budget.set_reason(reason_);
  return budget;
}

}  // namespace seep::coordinator
