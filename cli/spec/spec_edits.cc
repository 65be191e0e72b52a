#include "cli/spec/spec_edits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/arguments/nearest_word.h"
#include "cli/spec/pace_edits.h"
#include "cli/spec/yaml_text.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

using Edits = std::vector<SpecEdit>;

constexpr char kDefaultSdk[] = "simulated-wallet";
// Seed 000's; for networks that are not this machine's own.
constexpr char kPublicFaucet[] = "https://api.lightspark.com/graphql/spark/rc";

struct ScenarioName {
  const char* flag;   // as typed
  const char* field;  // in the campaign
};
constexpr ScenarioName kScenarios[] = {
    {"payments", "payments"}, {"reconnect", "reconnect"}, {"listeners", "listener_churn"},
    {"lifecycle", "lifecycle"}, {"history", "history"},   {"sync", "sync"},
    {"collect-garbage", "collect_garbage"},               {"parse", "parse"},
    {"failures", "failures"}, {"connect-cancel", "connect_cancel"}, {"concurrent", "concurrent"}};

absl::Status Bad(std::string_view flag, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(absl::string_view(flag.data(), flag.size()), ": ",
                                                 absl::string_view(what.data(), what.size())));
}

absl::Status AddDuration(std::string_view flag, const std::optional<std::string>& given, const char* path, Edits& edits) {
  if (!given) return absl::OkStatus();
  const auto parsed = ParseDuration(*given);
  if (!parsed.ok()) return Bad(flag, std::string_view(parsed.status().message().data(), parsed.status().message().size()));
  edits.push_back({path, YamlString(*given)});
  return absl::OkStatus();
}

void AddCount(const std::optional<std::uint64_t>& given, const char* path, Edits& edits) {
  if (given) edits.push_back({path, absl::StrCat(*given)});
}

void AddText(const std::optional<std::string>& given, const char* path, Edits& edits) {
  if (given) edits.push_back({path, YamlString(*given)});
}

// NAME=VALUE lists; a name becomes one element of a dotted path.
absl::Status AddPairs(std::string_view flag, const std::vector<std::string>& pairs, std::string_view path, bool sizes,
                      Edits& edits) {
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    if (equals == std::string::npos || name.empty() || equals + 1 == pair.size()) {
      return Bad(flag, absl::StrCat("'", Printable(pair), "' is not ", sizes ? "NAME=SIZE, such as payment=4KiB" : "KEY=VALUE"));
    }
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != std::string::npos) {
      return Bad(flag, absl::StrCat("'", Printable(name), "' may hold letters, digits, '-' and '_' only"));
    }
    const std::string value = pair.substr(equals + 1);
    if (sizes) {
      const auto size = ParseByteSize(value);
      if (!size.ok()) return Bad(flag, std::string(size.status().message()));
    }
    edits.push_back({absl::StrCat(absl::string_view(path.data(), path.size()), ".", name),
                     sizes ? value : YamlString(value)});
  }
  return absl::OkStatus();
}

void AddList(const std::vector<std::string>& texts, const char* path, Edits& edits) {
  if (texts.empty()) return;
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(YamlString(text));
  edits.push_back({path, absl::StrCat("[", absl::StrJoin(items, ", "), "]")});
}

// "kill:10s-20s" → {restart: kill, every: [10s, 20s]}
absl::StatusOr<std::string> ChaosEntry(const std::string& text) {
  static const std::vector<std::string> kKinds = {"kill", "terminate", "graceful"};
  const std::vector<std::string> halves = absl::StrSplit(text, absl::MaxSplits(':', 1));
  if (std::find(kKinds.begin(), kKinds.end(), halves[0]) == kKinds.end()) {
    return Bad("--chaos-restart", absl::StrCat("no restart '", Printable(halves[0]), "'; there are ", absl::StrJoin(kKinds, ", "),
                                               DidYouMean(halves[0], kKinds)));
  }
  // Seed 004's interval.
  const std::vector<std::string> bounds = absl::StrSplit(halves.size() > 1 ? halves[1] : "30s-2m", '-');
  for (const std::string& bound : bounds) {
    const auto parsed = ParseDuration(bound);
    if (bounds.size() > 2 || !parsed.ok()) {
      return Bad("--chaos-restart", absl::StrCat("'", Printable(text), "' is not KIND[:EVERY], such as kill:10s-20s or graceful:1m"));
    }
  }
  return absl::StrCat("{restart: ", halves[0], ", every: [", bounds.front(), ", ", bounds.back(), "]}");
}

absl::Status AddChaos(const RunFlags& flags, Edits& edits) {
  if (flags.chaos_restarts.empty()) return absl::OkStatus();
  std::vector<std::string> entries;
  for (const std::string& text : flags.chaos_restarts) {
    SEEP_ASSIGN_OR_RETURN(std::string entry, ChaosEntry(text));
    entries.push_back(std::move(entry));
  }
  edits.push_back({"chaos", absl::StrCat("[", absl::StrJoin(entries, ", "), "]")});
  return absl::OkStatus();
}

absl::Status AddScenarios(const RunFlags& flags, Edits& edits) {
  for (const std::string& listed : flags.scenarios) {
    for (const absl::string_view part : absl::StrSplit(listed, ',')) {
      const std::string name(part);
      const auto* known = std::find_if(std::begin(kScenarios), std::end(kScenarios),
                                       [&](const ScenarioName& s) { return name == s.flag || name == s.field; });
      if (known == std::end(kScenarios)) {
        return Bad("--scenario", absl::StrCat("no scenario '", Printable(name), "'; there are ", absl::StrJoin(ScenarioNames(), ", "),
                                              DidYouMean(name, ScenarioNames())));
      }
      edits.push_back({absl::StrCat("scenario.", known->field), "{}"});
    }
  }
  return absl::OkStatus();
}

absl::Status AddScenarioFlags(const RunFlags& flags, Edits& edits) {
  AddCount(flags.amount, "scenario.payments.amount", edits);
  AddText(flags.payment_type, "scenario.payments.type", edits);
  if (flags.reconnect_cycles) edits.push_back({"scenario.reconnect", "{}"});
  AddCount(flags.reconnect_every, "scenario.reconnect.every", edits);
  if (flags.listener_churn) edits.push_back({"scenario.listener_churn", "{}"});
  AddCount(flags.lifecycles, "scenario.lifecycle.count", edits);
  if (flags.payment_history) edits.push_back({"scenario.history", "{}"});
  AddCount(flags.payment_history_limit, "scenario.history.limit", edits);
  if (flags.destroy_responses) edits.push_back({"scenario.history.destroy_response", "true"});
  if (flags.frequent_sync) edits.push_back({"scenario.sync", "{}"});
  if (flags.force_gc) edits.push_back({"scenario.collect_garbage", "{}"});
  return absl::OkStatus();
}

// What a run needs beyond `EditsOfFlags` when there is no file: the harnesses'
// defaults. Comes first, so that what was given replaces it.
Edits Defaults(const RunFlags& flags) {
  Edits edits = {{"sdk.driver", kDefaultSdk}, {"duration", "1h"}};
  if (!IsOpenLoop(flags) && !flags.think_time) edits.push_back({"pace.interval", "5s"});
  edits.push_back({"sampling.interval", "30s"});
  return edits;
}

bool Runs(const Edits& edits, std::string_view scenario) {
  const std::string path = absl::StrCat("scenario.", absl::string_view(scenario.data(), scenario.size()));
  return std::any_of(edits.begin(), edits.end(), [&](const SpecEdit& edit) {
    return edit.path == path || edit.path.rfind(path + ".", 0) == 0;
  });
}

// The fields of scenarios that the harnesses default otherwise than a campaign.
void AddScenarioDefaults(const RunFlags& flags, Edits& edits) {
  // Their basic loop is payments; every other flag adds to it.
  if (flags.scenarios.empty() && !Runs(edits, "lifecycle")) edits.push_back({"scenario.payments", "{}"});
  if (Runs(edits, "payments")) {
    if (!flags.amount) edits.push_back({"scenario.payments.amount", "1000"});
    if (!flags.payment_type) edits.push_back({"scenario.payments.type", "spark"});
  }
  if (Runs(edits, "reconnect") && !flags.reconnect_every && Runs(edits, "payments")) {
    edits.push_back({"scenario.reconnect.every", "100"});
  }
  if (Runs(edits, "history")) {
    if (!flags.payment_history_limit) edits.push_back({"scenario.history.limit", "0"});
    if (!flags.destroy_responses) edits.push_back({"scenario.history.destroy_response", "false"});
  }
}

// Sixty samples or so: a minute of soak is to give a verdict.
std::string SamplingOf(const RunFlags& flags) {
  const auto duration = ParseDuration(flags.duration.value_or("1h"));
  const absl::Duration interval = duration.ok() ? std::clamp(*duration / 60, absl::Seconds(1), absl::Seconds(30)) : absl::Seconds(30);
  return absl::StrCat(absl::ToInt64Milliseconds(interval), "ms");
}

Edits WholeProcessSpec(const RunFlags& flags, Edits given) {
  Edits edits = {{"duration", "1h"}, {"sampling.interval", SamplingOf(flags)}};
  if (!flags.name) {
    for (const SpecEdit& edit : given) {
      std::string name = edit.value;
      if (edit.path != "target.process" && edit.path != "target.attach") continue;
      std::replace(name.begin(), name.end(), '.', '-');
      edits.push_back({"name", std::move(name)});
    }
  }
  edits.insert(edits.end(), given.begin(), given.end());
  return edits;
}

std::string NameOf(const Edits& edits) {
  std::vector<std::string> names;
  for (const ScenarioName& scenario : kScenarios) {
    if (Runs(edits, scenario.field)) names.push_back(scenario.flag);
  }
  return absl::StrJoin(names, "-");
}

}  // namespace

std::vector<std::string> ScenarioNames() {
  std::vector<std::string> names;
  for (const ScenarioName& scenario : kScenarios) names.push_back(scenario.flag);
  return names;
}

absl::StatusOr<Edits> EditsOfFlags(const RunFlags& flags) {
  Edits edits;
  AddText(flags.name, "name", edits);
  SEEP_RETURN_IF_ERROR(AddPairs("--label", flags.labels, "labels", false, edits));
  SEEP_RETURN_IF_ERROR(AddProcessTarget(flags, edits));
  AddText(flags.sdk, "sdk.driver", edits);
  AddText(flags.sdk_version, "sdk.version", edits);
  AddText(flags.network, "sdk.network", edits);
  AddCount(flags.extra_instances, "sdk.extra_instances", edits);
  AddCount(flags.processes, "sdk.processes", edits);
  SEEP_RETURN_IF_ERROR(AddPairs("--leak", flags.leaks, "sdk.leaks", true, edits));
  SEEP_RETURN_IF_ERROR(AddScenarios(flags, edits));
  SEEP_RETURN_IF_ERROR(AddScenarioFlags(flags, edits));
  SEEP_ASSIGN_OR_RETURN(Edits pace, PaceEdits(flags));
  edits.insert(edits.end(), pace.begin(), pace.end());
  SEEP_RETURN_IF_ERROR(AddDuration("--duration", flags.duration, "duration", edits));
  SEEP_RETURN_IF_ERROR(AddDuration("--mem-interval", flags.mem_interval, "sampling.interval", edits));
  AddText(flags.faucet_url, "faucet.url", edits);
  AddCount(flags.seed, "seed", edits);
  SEEP_RETURN_IF_ERROR(AddPairs("--placement", flags.placement, "placement", false, edits));
  SEEP_RETURN_IF_ERROR(AddChaos(flags, edits));
  if (flags.stop_early) edits.push_back({"verdict.stop_early", "true"});
  AddList(flags.thresholds, "thresholds", edits);
  AddList(flags.rules, "verdict.rules", edits);
  return edits;
}

absl::StatusOr<Edits> WholeSpec(const RunFlags& flags, const Environment& environment) {
  SEEP_ASSIGN_OR_RETURN(Edits given, EditsOfFlags(flags));
  SEEP_ASSIGN_OR_RETURN(std::vector<std::string> secrets, SecretsSet(environment));
  if (SoaksProcess(flags)) return WholeProcessSpec(flags, std::move(given));
  AddScenarioDefaults(flags, given);
  Edits edits;
  if (!flags.name) edits.push_back({"name", YamlString(NameOf(given))});
  for (const Edits& part : {Defaults(flags), given}) edits.insert(edits.end(), part.begin(), part.end());
  auto has = [&secrets](const char* name) { return std::find(secrets.begin(), secrets.end(), name) != secrets.end(); };
  if (has("FAUCET_USERNAME")) {
    edits.push_back({"faucet.username_ref", "FAUCET_USERNAME"});
    edits.push_back({"faucet.password_ref", "FAUCET_PASSWORD"});
  }
  if (has("ALICE_SEED")) edits.push_back({"wallets.seed_refs", "[ALICE_SEED, BOB_SEED]"});
  const bool local = !flags.network || *flags.network == "local";
  if (!local && !flags.faucet_url) edits.push_back({"faucet.url", YamlString(kPublicFaucet)});
  return edits;
}

std::vector<std::string> DropIneffective(RunFlags& flags) {
  auto named = [&flags](std::string_view scenario) {
    return std::any_of(flags.scenarios.begin(), flags.scenarios.end(), [&](const std::string& listed) {
      const std::vector<std::string> parts = absl::StrSplit(listed, ',');
      return std::find(parts.begin(), parts.end(), scenario) != parts.end();
    });
  };
  const bool payments = flags.scenarios.empty() ? !flags.lifecycles.has_value() : named("payments");
  std::vector<std::string> notes;
  auto drop = [&notes](auto& flag, const char* name, const char* needs) {
    if (!flag) return;
    flag = {};
    notes.push_back(absl::StrCat(name, " has no effect without ", needs));
  };
  if (!payments) {
    drop(flags.amount, "--amount", "--scenario payments");
    drop(flags.payment_type, "--payment-type", "--scenario payments");
  }
  if (!flags.reconnect_cycles && !named("reconnect")) drop(flags.reconnect_every, "--reconnect-every", "--reconnect-cycles");
  if (!flags.payment_history && !named("history")) {
    drop(flags.payment_history_limit, "--payment-history-limit", "--payment-history");
    drop(flags.destroy_responses, "--destroy-responses", "--payment-history");
  }
  return notes;
}

absl::StatusOr<SpecEdit> ParseSet(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Bad("--set", absl::StrCat("'", Printable(text), "' is not PATH=VALUE, such as sdk.version=0.19.2"));
  }
  return SpecEdit{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

absl::StatusOr<std::vector<std::string>> SecretsSet(const Environment& environment) {
  std::vector<std::string> set;
  for (const auto& [first, second] : {std::pair("FAUCET_USERNAME", "FAUCET_PASSWORD"), std::pair("ALICE_SEED", "BOB_SEED")}) {
    const bool has_first = !environment.Get(first).empty(), has_second = !environment.Get(second).empty();
    if (has_first != has_second) {
      return absl::InvalidArgumentError(absl::StrCat("the environment sets ", has_first ? first : second, " but not ",
                                                     has_first ? second : first, "; set both or neither"));
    }
    if (has_first) set.insert(set.end(), {first, second});
  }
  for (const char* name : {"ALICE_SEED", "BOB_SEED"}) {
    const std::string seed = environment.Get(name);
    const bool hex = seed.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!seed.empty() && (seed.size() != 64 || !hex)) {
      return absl::InvalidArgumentError(absl::StrCat(name, " must be 64 hexadecimal digits (openssl rand -hex 32)"));
    }
  }
  return set;
}

}  // namespace seep::cli
