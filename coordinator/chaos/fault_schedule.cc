#include "coordinator/chaos/fault_schedule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace seep::coordinator {
namespace {
// A restart that is not healed within this is given up and undone by the agent.
constexpr std::uint32_t kTtlMs = 120'000;
// What a terminated or gracefully stopped target has before it is killed.
constexpr std::uint32_t kGraceMs = 10'000;
constexpr std::uint64_t kNever = UINT64_MAX;
}  // namespace

FaultSchedule::FaultSchedule(const v1::ChaosSpec& chaos, std::uint64_t seed, std::string run_id, std::uint64_t end_ms,
                             std::uint32_t processes)
    : run_id_(std::move(run_id)), end_ms_(end_ms), processes_(std::max(1u, processes)) {
  for (int i = 0; i < chaos.restarts_size(); ++i) {
    entries_.push_back({chaos.restarts(i), Random(seed).Fork(absl::StrCat("chaos restart ", i)),
                        Random(seed).Fork(absl::StrCat("chaos process ", i))});
    Entry& entry = entries_.back();
    entry.due_ms = entry.spec.first_after_ms();
    Draw(entry);
  }
  PickNext();
}

void FaultSchedule::Draw(Entry& entry) {
  if (entry.due_ms == kNever) return;
  if (entry.spec.max_faults() > 0 && entry.drawn >= entry.spec.max_faults()) {
    entry.due_ms = kNever;
    return;
  }
  const std::uint64_t low = std::max<std::uint64_t>(entry.spec.min_interval_ms(), 1);
  const std::uint64_t high = std::max(entry.spec.max_interval_ms(), low);
  entry.due_ms += low + entry.random.Below(high - low + 1);
  ++entry.drawn;
  const bool one = processes_ > 1 && !entry.spec.all_processes();
  entry.process = one ? static_cast<std::uint32_t>(entry.random_process.Below(processes_) + 1) : 0;
  if (entry.due_ms >= end_ms_) entry.due_ms = kNever;
}

void FaultSchedule::PickNext() {
  next_.reset();
  std::uint64_t earliest = kNever;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].due_ms < earliest) {
      earliest = entries_[i].due_ms;
      picked_ = i;
    }
  }
  if (earliest == kNever) return;
  const Entry& entry = entries_[picked_];
  v1::FaultOrder order;
  order.set_fault_id(absl::StrCat(run_id_, "-f", picked_ + 1, ".", entry.drawn));
  order.set_run_id(run_id_);
  order.set_kind(entry.spec.kind());
  order.set_planned_at_ms(entry.due_ms);
  order.set_ttl_ms(kTtlMs);
  order.set_grace_ms(kGraceMs);
  order.set_process(entry.process);
  next_ = std::move(order);
}

void FaultSchedule::Advance() {
  if (!next_) return;
  Draw(entries_[picked_]);
  PickNext();
}

}  // namespace seep::coordinator
