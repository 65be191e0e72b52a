// SPEC.md, section 2.
#include <vector>

#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

Finding CheckRequestShape(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::tuple<const char*, const char*, ErrorKind> wrong[] = {
      {"no `jsonrpc`", R"("method":"metrics")", ErrorKind::kInvalidRequest},
      {"another version", R"("jsonrpc":"1.0","method":"metrics")", ErrorKind::kInvalidRequest},
      {"no method", R"("jsonrpc":"2.0")", ErrorKind::kInvalidRequest},
      {"a method that is no text", R"("jsonrpc":"2.0","method":7)", ErrorKind::kInvalidRequest},
      {"params that are an array", R"("jsonrpc":"2.0","method":"metrics","params":[])", ErrorKind::kInvalidParams},
      {"params that are a text", R"("jsonrpc":"2.0","method":"metrics","params":"all")", ErrorKind::kInvalidParams}};
  for (const auto& [what, members, kind] : wrong) {
    const std::int64_t id = host->NextId();
    host->Expect(id);
    host->SendBytes(absl::StrCat("{\"id\":", id, ",", members, "}\n"));
    SEEP_HOLDS(ExpectErrorOf(*host, id, absl::StrCat("a request with ", what), kind));
  }
  host->SendBytes("{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"method\":\"metrics\"}\n");
  const Json* answer = host->WaitWithoutId();
  if (KindOf(answer) != ErrorKind::kInvalidRequest) return host->Fail("error -32600 with \"id\": null for an id that is a text", answer);
  return Pass();
}

Finding CheckAnsweredOnce(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  std::vector<std::int64_t> ids = {host->Send("connect", trial.ConnectParams(name))};
  for (int i = 0; i < 10; ++i) {
    ids.push_back(host->Send("metrics", "{}"));
    ids.push_back(host->Send("disconnect", OnInstance(name)));
    ids.push_back(host->Send("no_such_method", "{}"));
  }
  ids.push_back(host->Send("destroy", OnInstance(name)));
  for (const std::int64_t id : ids) {
    if (!host->Wait(id)) return host->Fail("an answer to every request");
  }
  SEEP_HOLDS(ExpectAlive(*host, "all answers"));  // a second answer to any of them has come by now
  return Pass();
}

Finding CheckOrderOnAnInstance(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName(), on = OnInstance(name), connect = trial.ConnectParams(name);
  const std::pair<const char*, std::optional<ErrorKind>> steps[] = {
      {"connect", std::nullopt}, {"connect", ErrorKind::kInstanceExists}, {"disconnect", std::nullopt}, {"destroy", std::nullopt},
      {"destroy", ErrorKind::kUnknownInstance}, {"connect", std::nullopt}, {"destroy", std::nullopt}};
  std::string lines;
  std::vector<std::int64_t> ids;
  for (const auto& step : steps) {
    ids.push_back(host->NextId());
    host->Expect(ids.back());
    const bool connects = std::string(step.first) == "connect";
    lines += driver::EncodeRequest(ids.back(), step.first, connects ? connect : on);
  }
  host->SendBytes(lines);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string what = absl::StrCat("`", steps[i].first, "`, call ", i + 1, " of a sequence on one instance");
    SEEP_HOLDS(steps[i].second ? ExpectErrorOf(*host, ids[i], what, *steps[i].second) : ExpectResultOf(*host, ids[i], what));
  }
  return Pass();
}

Finding CheckInitializeFirst(Trial& trial) {
  const auto host = trial.Uninitialized();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(ExpectError(*host, "metrics", "{}", ErrorKind::kNotInitialized));
  SEEP_HOLDS(ExpectError(*host, "connect", trial.ConnectParams(trial.NewName()), ErrorKind::kNotInitialized));
  SEEP_HOLDS(ExpectResult(*host, "initialize", trial.InitializeParams()));
  SEEP_HOLDS(ExpectError(*host, "initialize", trial.InitializeParams(), ErrorKind::kInvalidRequest));
  SEEP_HOLDS(ExpectAlive(*host, "a second `initialize`"));
  return Pass();
}

Finding CheckNotificationsAreIgnored(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  host->SendBytes("{\"jsonrpc\":\"2.0\",\"method\":\"metrics\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"of_a_later_version\",\"params\":{}}\n");
  SEEP_HOLDS(ExpectAlive(*host, "two notifications"));
  if (host->answers_without_id() > 0) return host->Fail("no answer to a notification", host->WaitWithoutId());
  return Pass();
}

Finding CheckSideBySide(Trial& trial) {
  const auto host = trial.Fresh();  // a host that gets this wrong is stuck for a while
  if (!host) return trial.NoHost();
  const std::string slow = trial.NewName(), quick = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, slow));
  SEEP_HOLDS(trial.Connect(*host, quick, true));
  const std::int64_t stuck = host->Send("invoke", OnInstance(slow, R"("operation":"test_delay","arguments":{"milliseconds":600000})"));
  const std::int64_t behind = host->Send("disconnect", OnInstance(slow));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(quick)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(quick)));
  if (host->HasAnswer(stuck)) return host->Fail("test_delay waits as long as it was told to", host->Wait(stuck));
  if (host->HasAnswer(behind)) return host->Fail("a call behind a slow one on the same instance waits for it", host->Wait(behind));
  return Pass();
}

constexpr int kAtOnce = 8;  // what R-2.7 asks for at least

std::int64_t SendDelay(HostSession& host, const std::string& instance, int milliseconds) {
  return host.Send("invoke", OnInstance(instance, absl::StrCat(R"("operation":"test_delay","arguments":{"milliseconds":)", milliseconds, "}")));
}

// All but one of the places are taken for good; what else is asked goes through the last.
Finding CheckStuckCallsDelayNoOther(Trial& trial, HostSession& host) {
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(host, name));
  std::vector<std::int64_t> stuck, quick;
  for (int i = 1; i < kAtOnce; ++i) stuck.push_back(SendDelay(host, name, 600'000));
  for (int i = 0; i < kAtOnce; ++i) quick.push_back(SendDelay(host, name, 0));
  for (const std::int64_t id : quick) {
    SEEP_HOLDS(ExpectResultOf(host, id, absl::StrCat("a quick call beside ", kAtOnce - 1, " stuck ones on one instance, with `concurrent_calls` declared,")));
  }
  for (const std::int64_t id : stuck) {
    if (host.HasAnswer(id)) return host.Fail("test_delay waits as long as it was told to", host.Wait(id));
  }
  return Pass();
}

Finding CheckEndsKeepTheirPlace(Trial& trial, HostSession& host) {
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(host, name, true));
  std::vector<std::int64_t> before;
  for (int i = 0; i < kAtOnce; ++i) before.push_back(SendDelay(host, name, 200));
  const std::int64_t disconnect = host.Send("disconnect", OnInstance(name));
  const std::int64_t after = SendDelay(host, name, 0), destroy = host.Send("destroy", OnInstance(name));
  SEEP_HOLDS(ExpectResultOf(host, disconnect, "`disconnect` behind calls in flight"));
  for (const std::int64_t id : before) {
    if (!host.HasAnswer(id)) return host.Fail("`disconnect` waits until the calls before it are answered", host.Wait(disconnect));
    SEEP_HOLDS(ExpectResultOf(host, id, "a call before `disconnect`"));
  }
  SEEP_HOLDS(ExpectErrorOf(host, after, "a call behind `disconnect`", ErrorKind::kNotConnected));
  SEEP_HOLDS(ExpectResultOf(host, destroy, "`destroy` at the end"));
  return Pass();
}

Finding CheckAnswersInOrder(Trial& trial, HostSession& host) {
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(host, name));
  const std::int64_t first = SendDelay(host, name, 200), second = SendDelay(host, name, 0);
  SEEP_HOLDS(ExpectResultOf(host, second, "a second call on one instance"));
  if (!host.HasAnswer(first)) return host.Fail("answers in the order of the calls, with no `concurrent_calls` declared", host.Wait(second));
  SEEP_HOLDS(ExpectResultOf(host, first, "the first of two calls on one instance"));
  SEEP_HOLDS(ExpectResult(host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckOverlapAsDeclared(Trial& trial) {
  const auto host = trial.Fresh();  // its instance is stuck afterwards
  if (!host) return trial.NoHost();
  if (!trial.Can("concurrent_calls")) return CheckAnswersInOrder(trial, *host);
  if (Finding finding = CheckEndsKeepTheirPlace(trial, *host); finding.outcome != Outcome::kPass) return finding;
  return CheckStuckCallsDelayNoOther(trial, *host);
}

}  // namespace

std::vector<Rule> RequestRules() {
  return {{"R-2.1", "a request has jsonrpc, an integer id, a method and an object of params", {}, CheckRequestShape},
          {"R-2.2", "every request is answered exactly once", {}, CheckAnsweredOnce},
          {"R-2.3", "calls on one instance run in the order they came", {}, CheckOrderOnAnInstance},
          {"R-2.4", "initialize comes first, and once", {}, CheckInitializeFirst},
          {"R-2.5", "notifications from Seep are not answered", {}, CheckNotificationsAreIgnored},
          {"R-2.6", "a slow call on one instance does not delay another", {":test_delay"}, CheckSideBySide},
          {"R-2.7", "calls on one instance overlap if concurrent_calls is declared, else not", {":test_delay"}, CheckOverlapAsDeclared}};
}

}  // namespace seep::conformance
