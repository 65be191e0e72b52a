#include "coordinator/campaign/sections.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace seep::coordinator {
namespace {

constexpr absl::Duration kZero = absl::ZeroDuration();
constexpr absl::Duration kLongest = absl::Hours(24 * 366);
constexpr std::uint64_t kMaxProcesses = 32;  // of one run on one agent

// A version names a directory on the agent: no separator, no dot-dot.
bool IsVersion(std::string_view text) {
  return text.size() <= 64 && text.find("..") == std::string_view::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") ==
             std::string_view::npos &&
         (text.empty() || (text[0] != '.' && text[0] != '-'));
}

bool IsSecretName(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string_view::npos;
}

std::string SecretRef(FieldReader& fields, std::string_view key) {
  const std::string name = fields.Text(key);
  if (name.empty() || IsSecretName(name)) return name;
  // The text is not echoed: someone may have put the secret itself here.
  fields.Error(key, "is no secret's name", "name a secret of the agent's configuration, never its value");
  return {};
}

std::string Settings(FieldReader& sdk, std::string_view key, Diagnostics& diagnostics) {
  const YamlValue* value = sdk.Value(key);
  if (value == nullptr) return "{}";
  if (value->kind != YamlValue::Kind::kMap) sdk.Error(key, "must be a map", "write {NAME: VALUE}");
  std::string json = ToJson(*value);
  if (json.size() > 64 << 10) {
    diagnostics.Error(value->place, "settings larger than 64 KiB", "shorten them");
    return "{}";
  }
  return json;
}

// {"payment":4096}: sizes become bytes here, where a mistake still has a line.
std::string LeakSizes(const YamlValue& leaks, Diagnostics& diagnostics) {
  std::string json;
  for (const YamlEntry& leak : leaks.entries) {
    double bytes = 0;
    if (!ReadQuantity(*leak.value, "sdk.leaks", diagnostics, bytes)) continue;
    YamlValue name;
    name.kind = YamlValue::Kind::kScalar;
    name.text = leak.key;
    name.quoted = true;
    absl::StrAppend(&json, json.empty() ? "" : ",", ToJson(name), ":", static_cast<std::int64_t>(bytes));
  }
  return absl::StrCat("{", json, "}");
}

// `leaks:` is short for settings.leaks.
std::string SettingsWithLeaks(FieldReader& sdk, Diagnostics& diagnostics) {
  std::string settings = Settings(sdk, "settings", diagnostics);
  const YamlValue* leaks = sdk.Value("leaks");
  if (leaks == nullptr) return settings;
  if (leaks->kind != YamlValue::Kind::kMap) {
    sdk.Error("leaks", "must be a map", "write {payment: 4KiB}");
    return settings;
  }
  const YamlValue* given = sdk.Value("settings");
  if (given != nullptr && given->Find("leaks") != nullptr) {
    sdk.Error("leaks", "is given here and in settings", "remove one");
    return settings;
  }
  std::string merged = absl::StrCat(settings.substr(0, settings.size() - 1), settings.size() > 2 ? "," : "");
  return absl::StrCat(merged, "\"leaks\":", LeakSizes(*leaks, diagnostics), "}");
}

v1::FaultKind FaultKindOf(const std::string& word) {
  if (word == "terminate") return v1::FAULT_KIND_TERMINATE;
  if (word == "graceful") return v1::FAULT_KIND_GRACEFUL;
  return v1::FAULT_KIND_KILL;
}

// [min, max] or one duration.
void ReadEvery(FieldReader& fields, Diagnostics& diagnostics, v1::RestartChaos& chaos) {
  const YamlValue* value = fields.Value("every");
  absl::Duration low = absl::Seconds(30), high = absl::Minutes(2);
  constexpr absl::Duration kShortest = absl::Seconds(1);
  if (value != nullptr && value->kind == YamlValue::Kind::kSequence) {
    if (value->items.size() != 2) {
      fields.Error("every", "must be one duration or [min, max]", "write [30s, 2m]");
    } else {
      const bool both = ReadTime(*value->items[0], "chaos.every", kShortest, kLongest, diagnostics, low) &&
                        ReadTime(*value->items[1], "chaos.every", kShortest, kLongest, diagnostics, high);
      if (both && low > high) fields.Error("every", "has its minimum above its maximum", "swap them");
    }
  } else if (value != nullptr && ReadTime(*value, "chaos.every", kShortest, kLongest, diagnostics, low)) {
    high = low;
  }
  chaos.set_min_interval_ms(static_cast<std::uint64_t>(absl::ToInt64Milliseconds(low)));
  chaos.set_max_interval_ms(static_cast<std::uint64_t>(absl::ToInt64Milliseconds(high)));
}

}  // namespace

void ReadTarget(FieldReader& campaign, Diagnostics& diagnostics, PlannedRun& run) {
  if (campaign.Has("target")) {
    if (campaign.Has("sdk")) campaign.Error("target", "and sdk exclude each other", "give one of them");
    return ReadProcessTarget(campaign, diagnostics, run);
  }
  run.spec.mutable_target()->set_kind(v1::TARGET_KIND_SDK);
  if (!campaign.Has("sdk")) {
    campaign.Error("sdk", "is missing", "add sdk: {driver: NAME}, or target: {process: NAME}");
    return;
  }
  FieldReader sdk(campaign.Value("sdk"), "sdk", diagnostics, campaign.PlaceOf("sdk"));
  v1::TargetSpec& target = *run.spec.mutable_target();
  target.set_driver(sdk.Name("driver", /*required=*/true));
  target.set_version(sdk.Text("version"));
  if (!IsVersion(target.version())) {
    sdk.Error("version", "is no version", "write one such as 0.19.2");
    target.clear_version();
  }
  target.set_network(sdk.OneOf("network", {"local", "regtest", "mainnet"}));
  target.set_settings_json(SettingsWithLeaks(sdk, diagnostics));
  target.set_connect_settings_json(Settings(sdk, "connect_settings", diagnostics));
  target.set_extra_instances(static_cast<std::uint32_t>(sdk.Integer("extra_instances", 0, 0, 64)));
  target.set_shared_context(sdk.Flag("shared_context", false));
  if (sdk.Has("collector")) {
    run.judging.set_managed_collector(sdk.OneOf("collector", {"none", "managed"}) == "managed");
  }
  target.set_processes(static_cast<std::uint32_t>(sdk.Integer("processes", 1, 1, kMaxProcesses)));
  ReadSurroundings(sdk, target);
  sdk.Finish();
}

void ReadWallets(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec) {
  FieldReader faucet(campaign.Value("faucet"), "faucet", diagnostics);
  auto& out = *spec.mutable_faucet();
  out.set_url(faucet.Text("url"));
  if (!out.url().empty() && out.url().rfind("http://", 0) != 0 && out.url().rfind("https://", 0) != 0) {
    faucet.Error("url", "is no http address", "begin it with http:// or https://");
  }
  if (out.url().find('@') != std::string::npos) {
    faucet.Error("url", "holds credentials", "name secrets with username_ref and password_ref instead");
    out.clear_url();
  }
  out.set_username_ref(SecretRef(faucet, "username_ref"));
  out.set_password_ref(SecretRef(faucet, "password_ref"));
  faucet.Finish();
  FieldReader wallets(campaign.Value("wallets"), "wallets", diagnostics);
  for (std::string& name : wallets.Texts("seed_refs", 2)) {
    if (!IsSecretName(name)) {
      wallets.Error("seed_refs", "holds something that is no secret's name", "name secrets, never seeds");
    } else {
      spec.add_seed_refs(std::move(name));
    }
  }
  if (spec.seed_refs_size() == 1) wallets.Error("seed_refs", "names one wallet", "name both sides, or none");
  wallets.Finish();
}

void ReadChaos(FieldReader& campaign, Diagnostics& diagnostics, std::uint64_t warm_up_ms, v1::ChaosSpec& chaos) {
  const YamlValue* list = campaign.Value("chaos");
  if (list == nullptr) return;
  if (list->kind != YamlValue::Kind::kSequence || list->items.size() > 16) {
    campaign.Error("chaos", "must be a list of at most 16 faults", "write - {restart: kill, every: [10s, 20s]}");
    return;
  }
  for (const YamlPtr& item : list->items) {
    FieldReader fields(item.get(), "chaos", diagnostics);
    v1::RestartChaos& restart = *chaos.add_restarts();
    if (!fields.Has("restart")) fields.Error("restart", "is missing", "add restart: kill, terminate or graceful");
    restart.set_kind(FaultKindOf(fields.OneOf("restart", {"kill", "terminate", "graceful"})));
    ReadEvery(fields, diagnostics, restart);
    restart.set_first_after_ms(fields.Has("first_after")
                                   ? static_cast<std::uint64_t>(absl::ToInt64Milliseconds(
                                         fields.Time("first_after", kZero, kZero, kLongest)))
                                   : warm_up_ms);
    restart.set_max_faults(static_cast<std::uint32_t>(fields.Integer("max", 0, 0, 1'000'000)));
    restart.set_all_processes(fields.OneOf("processes", {"one", "all"}) == "all");
    fields.Finish();
  }
}

void ReadVerdict(FieldReader& campaign, Diagnostics& diagnostics, v1::VerdictSpec& judging) {
  FieldReader verdict(campaign.Value("verdict"), "verdict", diagnostics);
  FieldReader tolerance(verdict.Value("tolerance"), "verdict.tolerance", diagnostics);
  if (tolerance.Has("memory_per_minute")) judging.set_memory_per_minute_bytes(tolerance.Bytes("memory_per_minute", 0));
  if (tolerance.Has("memory_per_operation")) {
    judging.set_memory_per_operation_bytes(tolerance.Bytes("memory_per_operation", 0));
  }
  if (tolerance.Has("resource_per_minute")) {
    judging.set_resource_per_minute(tolerance.Number("resource_per_minute", 0, 0, 1e9));
  }
  if (tolerance.Has("resource_per_operation")) {
    judging.set_resource_per_operation(tolerance.Number("resource_per_operation", 0, 0, 1e9));
  }
  tolerance.Finish();
  static const std::vector<std::string> kRules = {"memtest", "listings", "soak"};
  for (const std::string& rule : verdict.Texts("rules", 8)) {
    if (std::find(kRules.begin(), kRules.end(), rule) == kRules.end()) {
      verdict.Error("rules", absl::StrCat("names an unknown set: \"", rule.substr(0, 40), "\""),
                    "use memtest, listings or soak");
    }
    judging.add_rule_sets(rule);
  }
  const YamlValue* budgets = verdict.Value("budgets");
  if (budgets != nullptr && (budgets->kind != YamlValue::Kind::kMap || budgets->entries.size() > 64)) {
    verdict.Error("budgets", "must be a map of at most 64 ceilings", "write {rss: 400MiB}");
  } else if (budgets != nullptr) {
    for (const YamlEntry& entry : budgets->entries) {
      double ceiling = 0;
      if (!ReadQuantity(*entry.value, absl::StrCat("verdict.budgets.", entry.key), diagnostics, ceiling)) continue;
      judging.add_budgets()->set_series(entry.key);
      judging.mutable_budgets(judging.budgets_size() - 1)->set_ceiling(ceiling);
    }
  }
  judging.set_stop_early(verdict.Flag("stop_early", false));
  verdict.Finish();
}

}  // namespace seep::coordinator
