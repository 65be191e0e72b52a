// SPEC.md, section 4.
#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

// Methods on a connected instance, with parameters that are right.
struct InstanceMethod {
  const char* name;
  const char* capability;
  const char* more;
};
constexpr InstanceMethod kOperations[] = {
    {"add_listener", "listeners", ""},
    {"receive", "receive", R"("method":"spark_address")"},
    {"prepare_send", "payments", R"("destination":"nobody","amount_sats":1)"},
    {"send", "payments", R"("prepared":"p-none")"},
    {"list_payments", "history", ""},
    {"sync", "sync", ""},
    {"get_info", "get_info", ""},
    {"parse", "parse", R"("input":"nothing")"}};

std::string ParamsOf(const InstanceMethod& method, const std::string& instance) {
  return *method.more ? OnInstance(instance, method.more) : OnInstance(instance);
}

Problem ExpectUnknown(Trial& trial, HostSession& host, const std::string& name) {
  SEEP_HOLDS(ExpectError(host, "disconnect", OnInstance(name), ErrorKind::kUnknownInstance));
  SEEP_HOLDS(ExpectError(host, "destroy", OnInstance(name), ErrorKind::kUnknownInstance));
  for (const InstanceMethod& method : kOperations) {
    if (trial.Can(method.capability)) SEEP_HOLDS(ExpectError(host, method.name, ParamsOf(method, name), ErrorKind::kUnknownInstance));
  }
  return std::nullopt;
}

Finding CheckNames(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(ExpectUnknown(trial, *host, name));  // never connected
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectError(*host, "connect", trial.ConnectParams(name), ErrorKind::kInstanceExists));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectError(*host, "connect", trial.ConnectParams(name), ErrorKind::kInstanceExists));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  SEEP_HOLDS(ExpectUnknown(trial, *host, name));  // use after destroy, a second destroy
  return Pass();
}

Finding CheckDisconnect(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  for (const InstanceMethod& method : kOperations) {
    if (trial.Can(method.capability)) SEEP_HOLDS(ExpectError(*host, method.name, ParamsOf(method, name), ErrorKind::kNotConnected));
  }
  if (trial.Can("listeners")) SEEP_HOLDS(ExpectResult(*host, "remove_listener", OnInstance(name, R"("listener":"none-such")")));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckDestroy(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  for (int life = 0; life < 3; ++life) {  // abandoned without disconnect, under the same name
    SEEP_HOLDS(trial.Connect(*host, name));
    SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  }
  SEEP_HOLDS(ExpectAlive(*host, "three abandoned instances"));
  return Pass();
}

Finding CheckFailedConnect(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  const std::string bad = OnInstance(name, R"("network":"local","storage_dir":"/nowhere/at/all","seed":"00")");
  const Json* answer = host->Wait(host->Send("connect", bad));
  if (!KindOf(answer)) return host->Fail("an error from `connect` with a directory that does not exist", answer);
  SEEP_HOLDS(ExpectError(*host, "disconnect", OnInstance(name), ErrorKind::kUnknownInstance));
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

std::optional<double> Listeners(HostSession& host) {
  Json metrics;
  if (ExpectResult(host, "metrics", "{}", &metrics)) return std::nullopt;
  const Json* values = metrics.Find("values");
  return values ? values->FindNumber("listeners") : std::nullopt;
}

Finding CheckNoReferences(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  if (!trial.HasGauge("listeners")) return Skip("the host declares no gauge `listeners`");
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  const auto before = Listeners(*host);
  if (!before) return Skip("the gauge `listeners` is not known");
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    Json added;
    SEEP_HOLDS(ExpectResult(*host, "add_listener", OnInstance(name), &added));
    ids.emplace_back(added.FindString("listener").value_or(""));
  }
  if (Listeners(*host) != *before + 20) return host->Fail(absl::StrCat("the gauge `listeners` to be ", *before + 20, " after 20 were added"));
  for (const std::string& id : ids) {
    SEEP_HOLDS(ExpectResult(*host, "remove_listener", OnInstance(name, absl::StrCat("\"listener\":", Quoted(id)))));
  }
  const auto after = Listeners(*host);
  if (after != before) {
    return Failure(absl::StrCat("the gauge `listeners` to be ", *before, " again after 20 were added and removed"), "metrics",
                   after ? absl::StrCat(*after) : "not known");
  }
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> InstanceLifeRules() {
  return {{"R-4.1", "names in use and unknown names are refused, after destroy too", {}, CheckNames},
          {"R-4.2", "disconnect is idempotent, and ends all operations", {}, CheckDisconnect},
          {"R-4.3", "destroy frees the name, with or without disconnect", {}, CheckDestroy},
          {"R-4.4", "a failed connect leaves no instance", {}, CheckFailedConnect},
          {"R-4.5", "a removed listener is held no longer", {"listeners"}, CheckNoReferences}};
}

}  // namespace seep::conformance
