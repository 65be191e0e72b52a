// SPEC.md, section 6. R-6.1 and R-6.2 hold for every error of the whole check
// (traffic.cc); here some are provoked.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

Finding CheckErrorShape(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  for (const char* method : {"no_such_method", "destroy", "connect"}) {
    const Json* answer = host->Wait(host->Send(method, OnInstance("nobody")));
    if (!answer || !answer->Find("error")) return host->Fail(absl::StrCat("an error from `", method, "`"), answer);
  }
  return Pass();
}

Finding CheckErrorLength(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string lengthy(100'000, 'x');
  const std::string calls[][2] = {{lengthy, "{}"},
                                  {"disconnect", OnInstance(lengthy)},
                                  {"connect", OnInstance(trial.NewName(), absl::StrCat(R"("network":"local","storage_dir":"/)", lengthy, "\""))}};
  for (const auto& [method, params] : calls) {
    const Json* answer = host->Wait(host->Send(method, params));
    if (!answer || !answer->Find("error")) return host->Fail("an error for a parameter of 100,000 characters", answer);
  }
  return Pass();
}

Finding CheckUnknownMethod(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  SEEP_HOLDS(ExpectError(*host, "no_such_method", "{}", ErrorKind::kMethodNotFound));
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  for (const auto method : {driver::method::kAddListener, driver::method::kReceive, driver::method::kPrepareSend, driver::method::kSend,
                            driver::method::kListPayments, driver::method::kSync, driver::method::kGetInfo, driver::method::kParse,
                            driver::method::kCollectGarbage, driver::method::kHeapProfile, driver::method::kInvoke}) {
    if (trial.Can(std::string(driver::RequiredCapability(method)))) continue;
    SEEP_HOLDS(ExpectError(*host, std::string(method), OnInstance(name), ErrorKind::kMethodNotFound));
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Problem ExpectComplaint(HostSession& host, const std::string& method, const std::string& params, const std::string& about) {
  const Json* answer = host.Wait(host.Send(method, params));
  if (KindOf(answer) != ErrorKind::kInvalidParams) return host.Fail(absl::StrCat("error -32602 invalid_params about `", about, "`"), answer);
  const auto message = answer->Find("error")->FindString("message");
  if (!message || message->find(about) == std::string_view::npos) {
    return host.Fail(absl::StrCat("a message that names the parameter `", about, "`"), answer);
  }
  return std::nullopt;
}

Finding CheckInvalidParams(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  for (const char* wrong : {"{}", R"({"instance":7})", R"({"instance":""})", R"({"instance":"a b"})", R"({"instance":"../x"})", R"({"instance":["a"]})"}) {
    SEEP_HOLDS(ExpectComplaint(*host, "disconnect", wrong, "instance"));
  }
  SEEP_HOLDS(ExpectComplaint(*host, "disconnect", OnInstance(std::string(65, 'x')), "instance"));
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  struct Wrong {
    const char *capability, *method, *more, *about;
  };
  const Wrong table[] = {{"listeners", "add_listener", R"("capture_instance":1)", "capture_instance"},
                         {"listeners", "remove_listener", R"("listener":7)", "listener"},
                         {"receive", "receive", R"("method":"carrier_pigeon")", "method"},
                         {"receive", "receive", R"("method":"spark_invoice","amount_sats":-1)", "amount_sats"},
                         {"payments", "prepare_send", R"("amount_sats":1)", "destination"},
                         {"payments", "prepare_send", R"("destination":"x","amount_sats":1.5)", "amount_sats"},
                         {"payments", "prepare_send", R"("destination":"x","fee_policy":"none")", "fee_policy"},
                         {"payments", "send", R"("prepared":{})", "prepared"},
                         {"history", "list_payments", R"("limit":"all")", "limit"},
                         {"history", "list_payments", R"("offset":-1)", "offset"},
                         {"history", "list_payments", R"("include":"yes")", "include"},
                         {"get_info", "get_info", R"("ensure_synced":"no")", "ensure_synced"},
                         {"parse", "parse", R"("input":7)", "input"}};
  for (const Wrong& wrong : table) {
    if (trial.Can(wrong.capability)) SEEP_HOLDS(ExpectComplaint(*host, wrong.method, OnInstance(name, wrong.more), wrong.about));
  }
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));  // none of it hurt the instance
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> ErrorRules() {
  return {{"R-6.1", "errors have code, kind, message and retryable, as in the table", {}, CheckErrorShape},
          {"R-6.2", "error texts have at most 4,096 bytes", {}, CheckErrorLength},
          {"R-6.3", "unknown methods, and those not declared, are not found", {}, CheckUnknownMethod},
          {"R-6.4", "wrong parameters are refused by name", {}, CheckInvalidParams}};
}

}  // namespace seep::conformance
