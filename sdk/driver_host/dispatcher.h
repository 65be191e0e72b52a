// Routes requests: one lane for each instance name, so that calls on one
// instance are serial, unless the SDK declares concurrent_calls, and calls on
// different ones are not.
//
//   line ─▶ decode ─▶ initialize, metrics ── answered at once
//                   ├▶ instance "alice" ──▶ lane alice (its own threads)
//                   └▶ no instance ───────▶ lane of the host
//
// Threads: HandleLine, HandleOverlongLine and Close from the one thread that
//          reads; lanes answer from theirs.
// Owns:    the lanes. Borrows sdk, notifier and output, which outlive it.
// Bound:   kMaxInstances lanes, kMaxInFlight requests; beyond: limit_exceeded.
//          kMaxConcurrentCalls of an instance run at once; the rest wait.
#ifndef SEEP_SDK_DRIVER_HOST_DISPATCHER_H_
#define SEEP_SDK_DRIVER_HOST_DISPATCHER_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "sdk/driver_host/call_lane.h"
#include "sdk/driver_host/instance_calls.h"
#include "sdk/driver_host/output_channel.h"
#include "sdk/driver_host/sdk.h"
#include "sdk/driver_host/serial_worker.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::driver_host {

class Dispatcher {
 public:
  static constexpr std::size_t kMaxInstances = 1024;
  static constexpr int kMaxInFlight = 1024;
  static constexpr int kMaxConcurrentCalls = 16;

  Dispatcher(Sdk& sdk, Notifier& notifier, OutputChannel& output);
  ~Dispatcher();

  enum class Next { kReadOn, kShutDown };
  Next HandleLine(std::string_view line);
  void HandleOverlongLine();

  // After shutdown: finishes what is queued, disconnects and frees every
  // instance. False when a call was still stuck at the limit; then the process
  // must end without destructors.
  bool Close(absl::Duration limit);

 private:
  struct Lane {
    Lane(std::string name, Sdk& sdk, int width) : calls(std::move(name), sdk), worker(width) {}
    InstanceCalls calls;  // the worker's threads only
    bool exists = false;  // of calls, as it was after the last request; guarded by mutex_
    int pending = 0;      // guarded by mutex_
    CallLane worker;      // last: joined before what it uses goes
  };

  using Lanes = std::map<std::string, std::unique_ptr<Lane>, std::less<>>;

  void Answer(std::int64_t id, const Outcome& outcome);
  void Refuse(std::int64_t id, driver::ErrorKind kind, std::string_view message);
  bool Admit(const driver::Request& request);
  void Initialize(const driver::Request& request);
  void RunOnInstance(driver::Request request, const std::string& name);
  // lanes_.end() when the system gives no more threads.
  Lanes::iterator OpenLane(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunOnHost(driver::Request request);
  void LeaveLane(Lane& lane, const std::string& name);
  Outcome CallHost(const driver::Request& request);
  Outcome Metrics();
  void Conclude(std::int64_t id, const Outcome& outcome);
  void ReapLanes();

  Sdk& sdk_;
  Notifier& notifier_;
  OutputChannel& output_;
  driver::RequestDecoder decoder_;
  const SdkDescription description_;
  const int lane_width_;  // calls of an instance that run at once
  bool initialized_ = false;
  std::atomic<int> in_flight_ = 0;
  std::atomic<bool> fatal_ = false;

  std::mutex mutex_;
  Lanes lanes_ ABSL_GUARDED_BY(mutex_);
  // Empty lanes, out of the map but with a thread to join.
  std::vector<std::unique_ptr<Lane>> retired_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<SerialWorker> host_worker_;
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_DISPATCHER_H_
