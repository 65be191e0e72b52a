// SPEC.md, section 7: the host, instances and listeners.
#include <set>

#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

Finding CheckVersions(Trial& trial) {
  const auto host = trial.Uninitialized();
  if (!host) return trial.NoHost();
  const Json* answer = host->Wait(host->Send("initialize", R"({"protocol":{"major":99,"minor":0}})"));
  if (KindOf(answer) != ErrorKind::kInvalidParams) return host->Fail("error -32602 for major version 99", answer);
  const auto message = answer->Find("error")->FindString("message");
  if (!message || message->find("1.") == std::string_view::npos) return host->Fail("a message that names the versions the host speaks", answer);
  SEEP_HOLDS(ExpectError(*host, "initialize", "{}", ErrorKind::kInvalidParams));
  std::string later = trial.InitializeParams();
  later.replace(later.find("\"minor\":0"), 9, "\"minor\":999");
  Json result;
  SEEP_HOLDS(ExpectResult(*host, "initialize", later, &result));
  const Json* version = result.Find("protocol");
  if (!version || version->FindInteger("major") != 1 || version->FindInteger("minor").value_or(999) >= 999) {
    return host->Fail("the highest minor version that the host knows, not 999", &result);
  }
  return Pass();
}

Finding CheckSecrets(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string seed = "5ec2e7" + std::string(58, 'a'), words = "seven words that no wallet should tell";
  trial.traffic().AddSecret(seed);
  trial.traffic().AddSecret(words);
  const std::string directory = Quoted(trial.NewDirectory());
  const std::string refused[] = {
      absl::StrCat(R"("network":"local","storage_dir":"/nowhere/at/all","seed":")", seed, "\""),
      absl::StrCat(R"("network":"local","storage_dir":)", directory, R"(,"seed":")", seed, "zz\""),
      absl::StrCat(R"("network":"moon","storage_dir":)", directory, R"(,"mnemonic":")", words, "\""),
      absl::StrCat(R"("network":"local","storage_dir":)", directory, R"(,"mnemonic":")", words, R"(","seed":")", seed, "\"")};
  for (const std::string& more : refused) {
    const Json* answer = host->Wait(host->Send("connect", OnInstance(trial.NewName(), more)));
    if (!KindOf(answer)) return host->Fail("an error from a `connect` that cannot work", answer);
  }
  SEEP_HOLDS(trial.Connect(*host, trial.NewName()));
  SEEP_HOLDS(ExpectAlive(*host, "connects with secrets"));
  return Pass();
}

Finding CheckMetrics(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  Json result;
  SEEP_HOLDS(ExpectResult(*host, "metrics", "{}", &result));
  const Json* values = result.Find("values");
  if (!values || !values->is_object()) return host->Fail("`values`, an object", &result);
  for (const auto& [name, value] : *values->object()) {
    if (!trial.HasGauge(name)) return host->Fail(absl::StrCat("only gauges that `initialize` declared, not `", Shown(name), "`"), &result);
    if (!value.is_null() && !value.AsNumber()) return host->Fail(absl::StrCat("`", Shown(name), "` to be a number or null"), &result);
  }
  return Pass();
}

std::string WrongWithGauges(const Json& introduction) {
  const Json* gauges = introduction.Find("gauges");
  if (!gauges || !gauges->array()) return "`gauges` is not an array";
  if (gauges->array()->size() > driver::kMaxGauges) return "there are more than 64 gauges";
  std::set<std::string> names;
  for (const Json& gauge : *gauges->array()) {
    const auto name = gauge.FindString("name"), unit = gauge.FindString("unit"), kind = gauge.FindString("kind");
    if (!name || !driver::IsGaugeName(*name)) return "a gauge's name is not [a-z][a-z0-9_]{0,62}";
    if (!unit || unit->empty()) return absl::StrCat(std::string(*name), " has no unit");
    if (kind != "gauge" && kind != "counter") return absl::StrCat("the kind of ", std::string(*name), " is not gauge or counter");
    if (!names.insert(std::string(*name)).second) return absl::StrCat(std::string(*name), " is declared twice");
  }
  return "";
}

bool IsListOfTexts(const Json* list) {
  if (!list || !list->array()) return false;
  for (const Json& item : *list->array()) {
    if (!item.string() || item.string()->empty()) return false;
  }
  return true;
}

Finding CheckIntroduction(Trial& trial) {
  if (!trial.Shared()) return trial.NoHost();
  const Json& said = trial.introduction();
  std::string wrong;
  const Json* version = said.Find("protocol");
  if (!version || version->FindInteger("major") != 1 || !version->FindInteger("minor")) wrong = "`protocol` is not {major, minor}";
  for (const char* who : {"host", "sdk"}) {
    const Json* names = said.Find(who);
    if (!names || names->FindString("name").value_or("").empty() || !names->FindString("version")) wrong = absl::StrCat("`", who, "` is not {name, version}");
  }
  if (said.FindString("language").value_or("").empty()) wrong = "`language` is missing";
  if (!IsListOfTexts(said.Find("capabilities"))) wrong = "`capabilities` is not a list of words";
  if (said.Find("operations") && !IsListOfTexts(said.Find("operations"))) wrong = "`operations` is not a list of words";
  if (wrong.empty()) wrong = WrongWithGauges(said);
  if (wrong.empty()) return Pass();
  return Failure(absl::StrCat("the answer of `initialize` as section 7 has it; here ", wrong), "initialize", Shown(said.ToText()));
}

Finding CheckSettings(Trial& trial) {
  const auto host = trial.Uninitialized();
  if (!host) return trial.NoHost();
  const std::string start = R"({"protocol":{"major":1,"minor":0},"settings":)";
  SEEP_HOLDS(ExpectError(*host, "initialize", start + R"({"no_such_setting_of_any_host":1}})", ErrorKind::kInvalidParams));
  SEEP_HOLDS(ExpectError(*host, "initialize", start + "[]}", ErrorKind::kInvalidParams));
  SEEP_HOLDS(ExpectResult(*host, "initialize", trial.InitializeParams()));  // a refused one may be repeated
  return Pass();
}

Finding CheckConnectParams(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string directory = absl::StrCat("\"storage_dir\":", Quoted(trial.NewDirectory())), network = "\"network\":\"local\"";
  const std::string seed = absl::StrCat("\"seed\":\"", std::string(64, 'a'), "\"");
  const auto join = [](const std::string& a, const std::string& b, const std::string& c) { return absl::StrCat(a, ",", b, ",", c); };
  const std::pair<const char*, std::string> wrong[] = {
      {"no network", absl::StrCat(directory, ",", seed)},
      {"an unknown network", join("\"network\":\"moon\"", directory, seed)},
      {"no storage_dir", absl::StrCat(network, ",", seed)},
      {"a relative storage_dir", join(network, "\"storage_dir\":\"wallet\"", seed)},
      {"a storage_dir that does not exist", join(network, "\"storage_dir\":\"/nowhere/at/all\"", seed)},
      {"a storage_dir that is no text", join(network, "\"storage_dir\":7", seed)},
      {"neither seed nor mnemonic", absl::StrCat(network, ",", directory)},
      {"both seed and mnemonic", join(network, directory, seed + ",\"mnemonic\":\"a b c\"")},
      {"a seed of 63 characters", join(network, directory, absl::StrCat("\"seed\":\"", std::string(63, 'a'), "\""))},
      {"a seed that is not hexadecimal", join(network, directory, absl::StrCat("\"seed\":\"", std::string(64, 'g'), "\""))},
      {"settings that are no object", join(network, directory, seed + ",\"settings\":7")}};
  for (const auto& [what, more] : wrong) {
    const Json* answer = host->Wait(host->Send("connect", OnInstance(trial.NewName(), more)));
    if (KindOf(answer) != ErrorKind::kInvalidParams) return host->Fail(absl::StrCat("error -32602 for ", what), answer);
  }
  return Pass();
}

Finding CheckIdentity(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName(), connect = trial.ConnectParams(name);
  std::string identities[2];
  for (std::string& identity : identities) {
    Json connected, info;
    SEEP_HOLDS(ExpectResult(*host, "connect", connect, &connected));
    if (connected.Find("identity") && connected.FindString("identity").value_or("").empty()) {
      return host->Fail("`identity` to be a text that is not empty, or absent", &connected);
    }
    identity = std::string(connected.FindString("identity").value_or(""));
    if (trial.Can("get_info") && !identity.empty()) {
      SEEP_HOLDS(ResultOrSkip(*host, "get_info", OnInstance(name), &info));
      if (info.Find("identity") && info.FindString("identity") != identity) return host->Fail("the identity that `connect` answered", &info);
    }
    SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
    SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  }
  if (identities[0] != identities[1]) return Failure("the same identity for the same seed and directory", "connect", identities[1]);
  return Pass();
}

Finding CheckListeners(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  std::set<std::string> ids;
  for (const char* capture : {"false", "true", "false"}) {
    Json added;
    SEEP_HOLDS(ExpectResult(*host, "add_listener", OnInstance(name, absl::StrCat("\"capture_instance\":", capture)), &added));
    const auto id = added.FindString("listener");
    if (!id || id->empty() || !ids.insert(std::string(*id)).second) return host->Fail("`listener`, a text of this listener's own", &added);
  }
  for (const std::string& id : ids) SEEP_HOLDS(ExpectResult(*host, "remove_listener", OnInstance(name, absl::StrCat("\"listener\":", Quoted(id)))));
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckRemoveListener(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  Json added, removed;
  SEEP_HOLDS(ExpectResult(*host, "add_listener", OnInstance(name), &added));
  const std::string mine = absl::StrCat("\"listener\":", Quoted(std::string(added.FindString("listener").value_or(""))));
  for (const auto& [id, expected] : {std::pair(mine, true), std::pair(mine, false), std::pair(std::string(R"("listener":"none-such")"), false)}) {
    SEEP_HOLDS(ExpectResult(*host, "remove_listener", OnInstance(name, id), &removed));
    if (removed.FindBool("removed") != expected) return host->Fail(absl::StrCat("`removed`: ", expected ? "true" : "false"), &removed);
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckInfo(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  Json info;
  SEEP_HOLDS(ResultOrSkip(*host, "get_info", OnInstance(name), &info));
  if (info.FindInteger("balance_sats").value_or(-1) < 0) return host->Fail("`balance_sats`, an integer >= 0", &info);
  if (info.Find("identity") && !info.FindString("identity")) return host->Fail("`identity`, a text, or absent", &info);
  if (info.Find("listeners") && trial.Can("listeners")) {
    const auto before = info.FindInteger("listeners");
    SEEP_HOLDS(ExpectResult(*host, "add_listener", OnInstance(name)));
    SEEP_HOLDS(ExpectResult(*host, "get_info", OnInstance(name), &info));
    if (!before || info.FindInteger("listeners") != *before + 1) return host->Fail("`listeners` to be one more after add_listener", &info);
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckParse(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  const std::string calls[] = {OnInstance(name, R"("input":"no payment request at all \u0001")"), R"({"input":"no payment request at all"})"};
  for (const std::string& params : calls) {
    const Json* answer = host->Wait(host->Send("parse", params));
    const Json* result = answer ? answer->Find("result") : nullptr;
    const auto kind = KindOf(answer);
    const bool refused = kind && *kind >= ErrorKind::kSdkError && *kind <= ErrorKind::kNotSupported;
    if (!refused && !(result && !result->FindString("type").value_or("").empty())) return host->Fail("`type`, a text, or the SDK's error", answer);
    if (&params == &calls[0] && kind == ErrorKind::kNotSupported) return host->Fail("parse on an instance to be supported", answer);
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> MethodRules() {
  return {{"R-7.1", "an unknown major version is refused, the highest common minor answered", {}, CheckVersions},
          {"R-7.2", "seeds and mnemonics come out nowhere", {}, CheckSecrets},
          {"R-7.3", "metrics answers declared gauges only", {}, CheckMetrics},
          {"R-7.4", "initialize says who the host is and what it can do", {}, CheckIntroduction},
          {"R-7.5", "unknown settings are refused", {}, CheckSettings},
          {"R-7.6", "connect checks network, directory and secrets", {}, CheckConnectParams},
          {"R-7.7", "an identity, if given, is the wallet's", {}, CheckIdentity},
          {"R-7.8", "listeners have ids of their own", {"listeners"}, CheckListeners},
          {"R-7.9", "remove_listener says whether there was one", {"listeners"}, CheckRemoveListener},
          {"R-7.10", "get_info answers a balance", {"get_info"}, CheckInfo},
          {"R-7.11", "parse works on an instance; without one it may be unsupported", {"parse"}, CheckParse}};
}

}  // namespace seep::conformance
