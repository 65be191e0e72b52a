// When which fault is due, drawn from the run's seed: the same spec and seed
// give the same orders, byte for byte, on any machine (R14).
//
// Threads: one.
// Bound:   faults are drawn one at a time, so a year of them costs nothing.
#ifndef SEEP_COORDINATOR_CHAOS_FAULT_SCHEDULE_H_
#define SEEP_COORDINATOR_CHAOS_FAULT_SCHEDULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/os/random.h"
#include "seep/v1/chaos.pb.h"

namespace seep::coordinator {

class FaultSchedule {
 public:
  // `end_ms`: no fault at or after this time of the run. `processes`: of several
  // each fault strikes one, drawn beside its time, unless the spec says all.
  FaultSchedule(const v1::ChaosSpec& chaos, std::uint64_t seed, std::string run_id, std::uint64_t end_ms, std::uint32_t processes = 1);

  // The next fault by time, ties by the order in the spec; nullopt: no more.
  const std::optional<v1::FaultOrder>& Next() const { return next_; }
  void Advance();

 private:
  // One entry of the spec with a stream of chance of its own: adding an entry
  // does not move the faults of the others.
  struct Entry {
    v1::RestartChaos spec;
    Random random;
    Random random_process;  // apart: how many processes there are moves no fault
    std::uint64_t due_ms = 0;
    std::uint32_t process = 0;
    std::uint32_t drawn = 0;
  };
  void Draw(Entry& entry);
  void PickNext();

  const std::string run_id_;
  const std::uint64_t end_ms_;
  const std::uint32_t processes_;
  std::vector<Entry> entries_;
  std::size_t picked_ = 0;
  std::optional<v1::FaultOrder> next_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CHAOS_FAULT_SCHEDULE_H_
