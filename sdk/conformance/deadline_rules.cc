// SPEC.md, section 5.
#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

std::string Delay(const std::string& instance, int milliseconds, const std::string& more = "") {
  return OnInstance(instance, absl::StrCat(R"("operation":"test_delay","arguments":{"milliseconds":)", milliseconds, "}", more));
}

Finding CheckDeadlineParameter(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(ExpectResult(*host, "metrics", R"({"deadline_ms":30000})"));
  for (const char* wrong : {"0", "-1", "1.5", "\"1000\"", "true"}) {
    SEEP_HOLDS(ExpectError(*host, "metrics", absl::StrCat("{\"deadline_ms\":", wrong, "}"), ErrorKind::kInvalidParams));
  }
  return Pass();
}

Finding CheckMissedDeadline(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  const std::int64_t late = host->Send("invoke", Delay(name, 300, R"(,"deadline_ms":50)"));
  const Json* answer = host->Wait(late);
  const bool succeeded = answer && answer->Find("result");
  if (!succeeded && KindOf(answer) != ErrorKind::kDeadlineExceeded) {
    return host->Fail("a late result or error 12 deadline_exceeded for a call that missed its deadline", answer);
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckPoisoned(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName(), other = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(trial.Connect(*host, other, true));
  const std::int64_t late = host->Send("invoke", Delay(name, 300, R"(,"deadline_ms":50)"));
  // As Seep does with a poisoned instance: nothing more but `destroy`.
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  if (!host->Wait(late)) return host->Fail("an answer to the call that missed its deadline, though nobody waits for it");
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(other)));
  SEEP_HOLDS(trial.Connect(*host, name));
  return Pass();
}

Finding CheckStuckCall(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  const std::string stuck = trial.NewName(), other = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, stuck));
  host->Send("invoke", Delay(stuck, 600'000));
  SEEP_HOLDS(ExpectResult(*host, "metrics", "{}"));
  if (trial.Can("collect_garbage")) SEEP_HOLDS(ExpectResult(*host, "collect_garbage", "{}"));
  SEEP_HOLDS(trial.Connect(*host, other, true));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(other)));
  return Pass();
}

Finding CheckLateConnect(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  std::string params = trial.ConnectParams(name);
  params.insert(params.size() - 1, R"(,"deadline_ms":1)");
  const Json* answer = host->Wait(host->Send("connect", params));
  if (answer && answer->Find("result")) {  // in time, or the host does not watch the clock: then there is an instance
    SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
    SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  } else if (KindOf(answer) == ErrorKind::kDeadlineExceeded) {
    SEEP_HOLDS(ExpectError(*host, "destroy", OnInstance(name), ErrorKind::kUnknownInstance));
  } else {
    return host->Fail("a result, or error 12 deadline_exceeded, of a `connect` that has 1 ms", answer);
  }
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> DeadlineRules() {
  return {{"R-5.1", "every method takes deadline_ms, an integer >= 1", {}, CheckDeadlineParameter},
          {"R-5.2", "a call that misses its deadline is answered late or with error 12", {":test_delay"}, CheckMissedDeadline},
          {"R-5.3", "a poisoned instance can be destroyed, the others go on", {":test_delay"}, CheckPoisoned},
          {"R-5.4", "a stuck call does not block the host", {":test_delay"}, CheckStuckCall},
          {"R-5.5", "a connect that missed its deadline leaves no instance", {}, CheckLateConnect}};
}

}  // namespace seep::conformance
