// One life of a run's target, from its start to its end, whatever kind it is:
// an SDK host (generation.h), a process (process_generation.h).
//
//   Start → Initialize → Setup → BeginScenario → ... → Close
//
// Threads: the loop's only.
// Owns:    what it started. Close it (awaited) before destroying it: then no
//          coroutine of it is left.
// Failure: its end, a hang and a broken protocol are told once through the port
//          `ended`; whatever waits for it is then answered at once.
#ifndef SEEP_AGENT_RUNS_LIVING_TARGET_H_
#define SEEP_AGENT_RUNS_LIVING_TARGET_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "agent/async/async.h"
#include "agent/driver_client/initialize_answer.h"

namespace seep::agent {

class LivingTarget {
 public:
  // `ended`: why; `scenario_done`: the scenario ran out of things to do.
  struct Ports {
    std::function<void(std::string why)> ended;
    std::function<void()> scenario_done;
  };
  struct HeapDump {
    std::string path, format;
  };
  virtual ~LivingTarget() = default;

  virtual Async<absl::Status> Start() = 0;
  virtual Async<absl::Status> Initialize(std::string settings_json) = 0;
  virtual Async<absl::Status> Setup() = 0;
  virtual void BeginScenario() = 0;

  // Nothing new begins; whether what was under way ended within `limit`.
  virtual Async<bool> Drain(absl::Duration limit) = 0;
  // With the target's own figures of this moment, if it answers within a second.
  virtual Async<void> TakeSample() = 0;
  // With garbage collected first, where the target can: levels to be compared.
  virtual Async<void> TakeCollectedSample() = 0;
  // Into `directory`. kUnimplemented: the target cannot.
  virtual Async<absl::StatusOr<HeapDump>> DumpHeap(std::string directory) = 0;
  virtual Async<bool> Teardown(absl::Duration limit) = 0;
  // In order; whether it was gone, or was let go, in time.
  virtual Async<bool> Shutdown() = 0;
  virtual Async<bool> Terminate(absl::Duration grace) = 0;
  // The end of this life at once; kills what is Seep's own.
  virtual void Kill(const std::string& why) = 0;
  // The fault `kill`: also what is not Seep's own, where that is allowed.
  virtual void Strike() { Kill("fault"); }
  virtual Async<void> Close() = 0;

  virtual std::uint32_t number() const = 0;
  virtual pid_t pid() const = 0;
  virtual std::uint64_t start_time_ticks() const = 0;
  // Whether Seep started it, and so kills what is left of it.
  virtual bool owned() const { return true; }
  virtual const HostIdentity& identity() const = 0;
  virtual const std::string& why_ended() const = 0;  // empty: it lives
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_LIVING_TARGET_H_
