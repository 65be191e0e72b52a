// Reads all targets of the agent on its own thread, so that a busy loop cannot
// bend the data.
//
// Threads: Start, Stop, Add, Remove, SampleNow on the loop; reading on a thread
//          of its own; results come on the loop.
// Owns:    the thread. Borrows clock and loop. Stop joins; the destructor stops.
// Failure: Start: as StartGuard. A reading that the loop is too busy to take
//          (16,384 tasks wait) is dropped and counted.
#ifndef SEEP_AGENT_SAMPLER_SAMPLER_H_
#define SEEP_AGENT_SAMPLER_SAMPLER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "agent/sampler/cadence.h"
#include "agent/sampler/proc_reader.h"
#include "common/event_loop/event_loop.h"
#include "common/event_loop/start_guard.h"

namespace seep::agent {

struct Reading {
  MonotonicTime at;
  WallTime wall;
  OutsideFigures figures;
  absl::Duration cost;  // of reading
};

struct SampledTree {
  pid_t root = 0;
  std::string mark;
  absl::Duration interval = absl::Seconds(30);
  absl::Duration detailed_interval = absl::ZeroDuration();  // zero: never
  std::optional<MonotonicTime> aligned_to = std::nullopt;  // trees of one run are read together; nothing: from now on
};

class Sampler {
 public:
  Sampler(EventLoop& loop, std::unique_ptr<ProcReader> reader);
  ~Sampler();

  absl::Status Start();
  void Stop();

  using OnReading = std::function<void(const Reading&)>;
  TreeId Add(SampledTree tree, OnReading on_reading);
  void Remove(TreeId tree);
  // One reading out of turn, all tiers but the detailed one. `done` runs once,
  // on the loop; nothing: the tree has ended.
  void SampleNow(TreeId tree, std::function<void(std::optional<Reading>)> done);

  std::uint64_t dropped_readings() const { return dropped_.load(); }

 private:
  struct Watched {
    Cadence due;
    std::optional<Cadence> detailed_due;
    Cadence sockets_due;
  };
  using Command = std::function<void()>;
  void Run();
  // For the thread, in order. Never waits for a reading under way: on a machine
  // without a core to spare the thread may be reading all the time, and the loop
  // has leases to renew.
  void Tell(Command command);
  // What follows is the thread's.
  // Carries out what it was told; false: to stop.
  bool Obey();
  // Reads what is due; returns when the next is.
  MonotonicTime ReadDue();
  std::optional<Reading> ReadTree(TreeId tree, SamplingTiers tiers);

  EventLoop& loop_;
  StartGuard guard_{"sampler"};
  std::thread thread_;
  std::atomic<std::uint64_t> dropped_{0};
  std::uint64_t last_id_ = 0;                  // loop
  std::shared_ptr<std::map<TreeId, OnReading>> listeners_;  // loop
  std::unique_ptr<ProcReader> reader_;         // the thread's
  std::map<TreeId, Watched> watched_;          // the thread's
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Command> commands_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_SAMPLER_H_
