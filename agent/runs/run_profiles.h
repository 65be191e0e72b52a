// Takes profiles of a run's target and puts them on its shelf: heap and
// goroutine profiles from a pprof endpoint, and the driver's own heap dump.
//
// Threads: the loop's; requests on a worker of its own.
// Owns:    the worker. Borrows the rest.
// Bounds:  32 MiB a profile, 30 s a request; a heap dump is compressed (zstd)
//          and may have 512 MiB before. Compressing holds the loop for up to a
//          second: it is done at the end of a run.
// Failure: told through the run's log, never fatal.
#ifndef SEEP_AGENT_RUNS_RUN_PROFILES_H_
#define SEEP_AGENT_RUNS_RUN_PROFILES_H_

#include <functional>
#include <string>

#include "agent/artefacts/artefact_shelf.h"
#include "agent/async/async.h"
#include "agent/http/http_worker.h"
#include "agent/runs/living_target.h"

namespace seep::agent {

class RunProfiles {
 public:
  struct Ports {
    std::function<std::uint64_t()> now_ms;              // since the run began
    std::function<void(const std::string& note)> note;  // into the run's log
    std::function<void()> kept;                         // something is on the shelf
  };
  RunProfiles(EventLoop& loop, std::string run_id, const std::string& run_directory, std::string pprof_url, Ports ports);

  bool has_endpoint() const { return !pprof_url_.empty(); }
  // Heap (after a collection) and goroutines, one after the other.
  void Take(const std::string& reason, std::uint32_t generation) { Begin(reason, generation, nullptr); }
  void Cancel() { worker_.Cancel(); }
  Async<void> TakeAndWait(std::string reason, std::uint32_t generation);
  // A dump that the target wrote into `directory`.
  void KeepDump(const LivingTarget::HeapDump& dump, const std::string& directory, std::uint32_t generation);

 private:
  void Begin(const std::string& reason, std::uint32_t generation, std::function<void()> done);
  void OnAnswer(v1::Artefact artefact, const absl::StatusOr<HttpAnswer>& answer);
  v1::Artefact Describe(const std::string& kind, const std::string& format, const std::string& reason, std::uint32_t generation);
  void Keep(v1::Artefact artefact, std::string_view content);

  EventLoop& loop_;
  const std::string run_id_, pprof_url_;
  const ArtefactShelf shelf_;
  const Ports ports_;
  int taken_ = 0;  // numbers the names
  HttpWorker worker_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_RUN_PROFILES_H_
