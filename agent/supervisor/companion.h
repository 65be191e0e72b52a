// A service that a driver's targets need (the simulated network): started
// before them, ready when it says so on its standard output:
//   {"ready":true,"endpoints":{"ledger":"127.0.0.1:41234"}}
//
// Threads: the loop's only.
// Owns:    its process tree. `done` and `ended` run on the loop; `done` once,
//          `ended` at most once and only after it was ready.
// Failure: done: kDeadlineExceeded after 30 s, kUnavailable when it ended first,
//          kInvalidArgument for a ready line that is none.
#ifndef SEEP_AGENT_SUPERVISOR_COMPANION_H_
#define SEEP_AGENT_SUPERVISOR_COMPANION_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/async/waiting.h"
#include "agent/supervisor/target_process.h"
#include "sdk/driver_protocol/line_reader.h"

namespace seep::agent {

class Companion {
 public:
  using Endpoints = std::map<std::string, std::string>;
  struct Ports {
    std::function<void(absl::StatusOr<Endpoints>)> done;
    std::function<void(std::string why)> ended;
    std::function<void(std::string_view)> error_output;
  };
  static absl::StatusOr<std::unique_ptr<Companion>> Start(EpollEventLoop& loop, OrphanReaper& reaper,
                                                          const std::string& name, const ChildOptions& options,
                                                          const std::string& mark, Ports ports);
  ~Companion();
  const TargetProcess& process() const { return *process_; }
  // End of input and SIGTERM; killed when it is not gone within 3 s.
  Async<void> Stop();

 private:
  Companion(EpollEventLoop& loop, std::string name, Ports ports);
  void Read(std::string_view bytes);
  void Answer(absl::StatusOr<Endpoints> result);

  EpollEventLoop& loop_;
  const std::string name_;
  Ports ports_;
  TimerId timer_ = TimerId::kNone;
  bool answered_ = false;
  StopSignal gone_{loop_};
  driver::LineReader lines_;
  std::unique_ptr<TargetProcess> process_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_COMPANION_H_
