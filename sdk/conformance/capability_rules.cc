// SPEC.md, section 7: what a host may offer beside wallets' calls.
#include <sys/stat.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

Finding CheckCollectGarbage(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  Json result;
  SEEP_HOLDS(ExpectResult(*host, "collect_garbage", "{}", &result));
  if (result.Find("live_bytes") && result.FindInteger("live_bytes").value_or(-1) < 0) return host->Fail("`live_bytes`, an integer, or absent", &result);
  return Pass();
}

Finding CheckHeapProfile(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  for (const char* wrong : {"{}", R"({"directory":"."})", R"({"directory":"/nowhere/at/all"})"}) {
    SEEP_HOLDS(ExpectError(*host, "heap_profile", wrong, ErrorKind::kInvalidParams));
  }
  const std::string directory = trial.NewDirectory();
  Json result;
  SEEP_HOLDS(ExpectResult(*host, "heap_profile", absl::StrCat("{\"directory\":", Quoted(directory), "}"), &result));
  const std::string path(result.FindString("path").value_or(""));
  struct stat info;
  if (!absl::StartsWith(path, directory + "/") || ::stat(path.c_str(), &info) != 0 || info.st_size == 0) {
    return host->Fail("`path` of a file inside the directory", &result);
  }
  const auto format = result.FindString("format");
  if (format != "pprof" && format != "v8-heapsnapshot" && format != "jemalloc" && format != "text") {
    return host->Fail("`format`: pprof, v8-heapsnapshot, jemalloc or text", &result);
  }
  return Pass();
}

Finding CheckInvoke(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(ExpectError(*host, "invoke", OnInstance(name, R"("operation":"no_such_operation")"), ErrorKind::kInvalidParams));
  SEEP_HOLDS(ExpectError(*host, "invoke", OnInstance(name), ErrorKind::kInvalidParams));
  if (trial.Offers(kTestDelay)) {
    SEEP_HOLDS(ExpectError(*host, "invoke", OnInstance(name, R"("operation":"test_delay","arguments":7)"), ErrorKind::kInvalidParams));
    SEEP_HOLDS(ExpectResult(*host, "invoke", OnInstance(name, R"("operation":"test_delay","arguments":{"milliseconds":1})")));
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

std::string WithMember(std::string params, const std::string& member) {
  params.insert(params.size() - 1, "," + member);
  return params;
}

Finding CheckSharedContext(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string first = trial.NewName(), second = trial.NewName();
  for (const std::string& name : {first, second}) {
    SEEP_HOLDS(ExpectResult(*host, "connect", WithMember(trial.ConnectParams(name, name == second), R"("context":"check-context")")));
  }
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(first)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(first)));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(second)));  // the context is there until the last one goes
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(second)));
  SEEP_HOLDS(ExpectError(*host, "connect", WithMember(trial.ConnectParams(trial.NewName()), R"("context":"a b")"), ErrorKind::kInvalidParams));
  return Pass();
}

Finding CheckNetworkDown(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(ExpectResult(*host, "connect", WithMember(trial.ConnectParams(name), R"("network_down":true)")));
  // Which calls need the network is the SDK's business; one of these two does.
  const bool sync_failed = KindOf(host->Wait(host->Send("sync", OnInstance(name)))) == ErrorKind::kNetworkError;
  if (!sync_failed && trial.Can("receive")) {
    SEEP_HOLDS(ExpectError(*host, "receive", OnInstance(name, R"("method":"bolt11_invoice","amount_sats":7)"), ErrorKind::kNetworkError));
  } else if (!sync_failed) {
    return host->Fail("error 4 network_error from `sync` without a network");
  }
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> CapabilityRules() {
  return {{"R-7.12", "collect_garbage answers when it is done", {"collect_garbage"}, CheckCollectGarbage},
          {"R-7.13", "heap_profile writes inside the directory", {"heap_profile"}, CheckHeapProfile},
          {"R-7.14", "invoke knows the declared operations only", {"invoke"}, CheckInvoke},
          {"R-7.21", "instances may share a context, which lasts as long as one of them", {"shared_context"}, CheckSharedContext},
          {"R-7.22", "network_down makes an instance's network unreachable", {"network_down", "sync"}, CheckNetworkDown}};
}

}  // namespace seep::conformance
