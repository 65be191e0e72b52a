// The faults of one run: orders each at its time, journals what became of it.
//
// Threads: coordinator loop only.
// Restart: the plan is drawn again from the seed; faults that were reported stay
//          as they were, those whose time passed meanwhile are skipped.
#ifndef SEEP_COORDINATOR_RUNS_FAULT_DESK_H_
#define SEEP_COORDINATOR_RUNS_FAULT_DESK_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/event_loop/event_loop.h"
#include "coordinator/chaos/chaos_clock.h"
#include "coordinator/chaos/fault_schedule.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

class FaultDesk {
 public:
  struct Ports {
    std::function<bool(const v1::FaultOrder&)> order;  // false: the agent cannot be reached
    std::function<void(const v1::FaultReport&)> journal;
  };

  FaultDesk(EventLoop& loop, const v1::Run& run, Ports ports);
  ~FaultDesk();

  // What the store holds of an earlier life of the coordinator.
  void Restore(const std::vector<v1::FaultReport>& faults);

  // The run begins about now. Without this (after a restart of the coordinator)
  // nothing is ordered before a sample has told how old the run is: no calendar
  // is trusted with that.
  void NoteBegin() { clock_.NoteRoughElapsed(loop_.clock().Now(), absl::ZeroDuration()); }
  void NoteElapsed(absl::Duration elapsed);
  void SetRunning(bool running);  // orders go out only while it is
  void OnReport(const v1::FaultReport& report);
  void EndOfRun();  // what is still planned is skipped

 private:
  void Plan();     // journals the next fault and arms its timer
  void Due();
  void Journal(v1::FaultReport report);
  void Skip(const v1::FaultOrder& order, const std::string& why);

  EventLoop& loop_;
  Ports ports_;
  FaultSchedule schedule_;
  ChaosClock clock_;
  std::map<std::string, v1::FaultReport> unsettled_;
  std::map<std::string, v1::FaultReport> restored_;
  TimerId timer_ = TimerId::kNone;
  bool running_ = false;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RUNS_FAULT_DESK_H_
