// One watcher of one run: reads from the store at the watcher's pace, so a slow
// one costs nothing but its own delay, and a fast one sees each commit.
//
// Threads: coordinator loop only. Keeps itself alive until its stream ends.
// Failure: kNotFound when there is no such run; the store's errors.
#ifndef SEEP_COORDINATOR_CONTROL_RUN_WATCH_H_
#define SEEP_COORDINATOR_CONTROL_RUN_WATCH_H_

#include <map>
#include <memory>
#include <string>

#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "seep/v1/control.pb.h"
#include "storage/store.h"

namespace seep::coordinator {

class RunWatch : public std::enable_shared_from_this<RunWatch> {
 public:
  RunWatch(EventLoop& loop, storage::Store& store, std::string run_id, Stream<v1::RunUpdate> stream)
      : loop_(loop), store_(store), run_id_(std::move(run_id)), stream_(std::move(stream)) {}

  void Start(bool from_start);
  void Nudge();  // there may be news
  void Interrupt();  // the coordinator is stopping
  bool ended() const { return ended_; }

 private:
  void SkipStored();
  void SkipEvents();
  void Look();
  void LookAtEvents();
  void LookAtFaults();
  void LookAtSamples();
  void Tell(bool at_end);
  void Wait();
  bool Failed(const absl::Status& status);
  void End(absl::Status status);

  EventLoop& loop_;
  storage::Store& store_;
  const std::string run_id_;
  Stream<v1::RunUpdate> stream_;
  v1::RunUpdate update_;  // being gathered
  std::string told_run_;
  bool over_ = false;  // the run was, when last looked at
  std::uint64_t last_event_ = 0;
  std::map<std::string, std::string> told_faults_;
  storage::SampleCursor cursor_;
  int told_gauges_ = 0;
  bool busy_ = false;
  bool nudged_ = false;
  bool ended_ = false;
  TimerId wait_ = TimerId::kNone;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONTROL_RUN_WATCH_H_
