// SPEC.md, section 3.
#include <csignal>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/os/process_tree.h"
#include "sdk/conformance/rules.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;

// Two instances, one of them busy where the host offers a way.
Problem MakeBusy(Trial& trial, HostSession& host) {
  const std::string busy = trial.NewName();
  SEEP_HOLDS(trial.Connect(host, busy));
  SEEP_HOLDS(trial.Connect(host, trial.NewName(), true));
  if (trial.Offers(kTestDelay)) {
    host.Send("invoke", OnInstance(busy, R"("operation":"test_delay","arguments":{"milliseconds":600000})"));
    SEEP_HOLDS(ExpectAlive(host, "a slow call"));
  }
  return std::nullopt;
}

Problem ExpectExit(Trial& trial, HostSession& host, absl::Duration limit, const std::string& after) {
  limit = trial.Limit(limit);
  const auto ended = host.WaitForExit(limit);
  const std::string expected = absl::StrCat("exit 0 within ", absl::FormatDuration(limit), " of ", after);
  if (!ended) return Failure(expected, after, "it still runs");
  if (!ended->success()) return Failure(expected, after, ended->ToString());
  return std::nullopt;
}

Finding CheckInitializes(Trial& trial) {
  // Every later start must succeed too; Trial remarks on those that do not.
  HostSession* const host = trial.Shared();
  return host ? Pass() : trial.NoHost();
}

Finding CheckShutdown(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(MakeBusy(trial, *host));
  const std::int64_t shutdown = host->Send("shutdown", "{}");
  const std::int64_t after = host->Send("metrics", "{}");
  SEEP_HOLDS(ExpectResultOf(*host, shutdown, "`shutdown` with instances open"));
  SEEP_HOLDS(ExpectExit(trial, *host, driver::kShutdownDeadline, "`shutdown`"));
  if (host->HasAnswer(after)) return host->Fail("no answer to a request after `shutdown`", host->Wait(after));
  return Pass();
}

Finding CheckEndOfInput(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(MakeBusy(trial, *host));
  host->CloseInput();
  SEEP_HOLDS(ExpectExit(trial, *host, driver::kEndOfInputDeadline, "the end of its input"));
  return Pass();
}

Finding CheckTermination(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(MakeBusy(trial, *host));
  host->Signal(SIGTERM);
  SEEP_HOLDS(ExpectExit(trial, *host, driver::kEndOfInputDeadline, "SIGTERM"));
  return Pass();
}

Finding CheckNothingStays(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "shutdown", "{}"));
  host->WaitForExit(trial.Limit(driver::kShutdownDeadline));
  std::vector<pid_t> left;
  for (const pid_t pid : ProcessesMarked(host->mark())) {
    if (pid != host->pid()) left.push_back(pid);
  }
  if (left.empty()) return Pass();
  return Failure("no process of the host's outlives it", "shutdown", absl::StrCat("left: pid ", absl::StrJoin(left, ", ")));
}

Finding CheckFatal(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectError(*host, "invoke", R"({"operation":"test_fatal"})", ErrorKind::kFatal));
  SEEP_HOLDS(ExpectError(*host, "disconnect", OnInstance(name), ErrorKind::kFatal));
  SEEP_HOLDS(ExpectError(*host, "metrics", "{}", ErrorKind::kFatal));
  SEEP_HOLDS(ExpectResult(*host, "shutdown", "{}"));
  return Pass();
}

}  // namespace

std::vector<Rule> HostLifeRules() {
  return {{"R-3.1", "initialize is answered within 30 s of the start", {}, CheckInitializes},
          {"R-3.2", "shutdown ends the host with exit code 0, whatever is open", {}, CheckShutdown},
          {"R-3.3", "the end of its input ends the host within 5 s", {}, CheckEndOfInput},
          {"R-3.4", "SIGTERM ends the host within 5 s", {}, CheckTermination},
          {"R-3.5", "no process of the host's outlives it", {}, CheckNothingStays},
          {"R-3.6", "after a fatal error every call but shutdown gets error 15", {":test_fatal"}, CheckFatal}};
}

}  // namespace seep::conformance
