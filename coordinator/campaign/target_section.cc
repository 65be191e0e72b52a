// What is soaked when it is no SDK host, what works beside it, and what is
// fetched from it: `target:`, `metrics:` and `profiles:`.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/campaign/sections.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxParameters = 32;
constexpr std::size_t kMaxEndpoints = 8;
constexpr std::size_t kMaxGlobs = 64;
constexpr std::uint64_t kMaxSeries = 200;  // a run has room for 256 gauges

void ReadUrl(FieldReader& fields, std::string_view key, std::string& into) {
  into = fields.Text(key);
  if (into.empty()) return;
  if (!absl::StartsWith(into, "http://") && !absl::StartsWith(into, "https://")) {
    fields.Error(key, "is no http address", "begin it with http:// or https://");
  }
  if (absl::StrContains(into, "@")) {
    fields.Error(key, "holds credentials", "use an address without user and password");
    into.clear();
  }
}

v1::LoadSpec::AtEnd AtEndOf(const std::string& word) {
  if (word == "repeat") return v1::LoadSpec::AT_END_REPEAT;
  if (word == "continue") return v1::LoadSpec::AT_END_CONTINUE;
  return v1::LoadSpec::AT_END_END_RUN;
}

// A name alone, or a map with one.
void ReadLoad(FieldReader& target, Diagnostics& diagnostics, bool chaos, v1::LoadSpec& load) {
  const YamlValue* value = target.Value("load");
  // What restarts its target breaks a load's connections: then it is repeated.
  load.set_at_end(chaos ? v1::LoadSpec::AT_END_REPEAT : v1::LoadSpec::AT_END_END_RUN);
  if (value == nullptr) return target.Error("load", "is empty", "name an entry of the agent's loads");
  if (value->kind == YamlValue::Kind::kScalar) {
    load.set_entry(target.Name("load", /*required=*/true));
    return;
  }
  FieldReader fields(value, "target.load", diagnostics, target.PlaceOf("load"));
  load.set_entry(fields.Name("name", /*required=*/true));
  for (auto& [key, text] : fields.TextMap("parameters", kMaxParameters)) (*load.mutable_parameters())[key] = text;
  if (fields.Has("when_it_ends")) load.set_at_end(AtEndOf(fields.OneOf("when_it_ends", {"end_run", "repeat", "continue"})));
  load.set_after_ms(fields.Millis("after", absl::Milliseconds(500), absl::ZeroDuration(), absl::Hours(1)));
  fields.Finish();
}

void ReadEndpoint(const YamlValue& item, Diagnostics& diagnostics, v1::MetricsEndpoint& endpoint) {
  if (item.kind == YamlValue::Kind::kScalar) {
    endpoint.set_url(item.text);
    if (!absl::StartsWith(item.text, "http") || absl::StrContains(item.text, "@")) {
      diagnostics.Error(item.place, "metrics: an endpoint is no http address without credentials", "write http://127.0.0.1:8080/metrics");
    }
    return;
  }
  FieldReader fields(&item, "metrics", diagnostics);
  ReadUrl(fields, "url", *endpoint.mutable_url());
  if (endpoint.url().empty()) fields.Error("url", "is missing", "add url: http://127.0.0.1:8080/metrics");
  for (std::string& glob : fields.Texts("series", kMaxGlobs)) endpoint.add_series(std::move(glob));
  for (auto& [series, gauge] : fields.TextMap("rename", kMaxGlobs)) (*endpoint.mutable_rename())[series] = gauge;
  for (std::string& counter : fields.Texts("operations", 16)) endpoint.add_operations(std::move(counter));
  endpoint.set_max_series(static_cast<std::uint32_t>(fields.Integer("max_series", 64, 1, kMaxSeries)));
  endpoint.set_timeout_ms(fields.Millis("timeout", absl::Seconds(2), absl::Milliseconds(10), absl::Minutes(1)));
  fields.Finish();
}

// No agent leaves these to a spec (its spec_environment): said
// here, where the line is known.
bool TakesOverProcesses(const std::string& name) {
  return name == "PATH" || name == "IFS" || name == "ENV" || name == "BASH_ENV" || absl::StartsWith(name, "LD_") ||
         absl::StartsWith(name, "BASH_FUNC_") || absl::StartsWith(name, "SEEP_");
}

bool IsVariable(const std::string& name) {
  const auto plain = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; };
  return !name.empty() && name.size() <= 128 && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

void ReadSurroundings(FieldReader& target, v1::TargetSpec& spec) {
  for (auto& [name, text] : target.TextMap("environment", kMaxParameters)) {
    if (!IsVariable(name)) {
      target.Error("environment", absl::StrCat("names no variable: \"", name.substr(0, 40), "\""), "use letters, digits and _");
    } else if (TakesOverProcesses(name)) {
      target.Error("environment", absl::StrCat("sets ", name, ", which no spec may: it could make the target run something else"), "remove it");
    }
    (*spec.mutable_environment())[name] = text;
  }
  spec.set_fresh_directory(target.OneOf("directory", {"run", "generation"}) == "generation");
}

void ReadProcessTarget(FieldReader& campaign, Diagnostics& diagnostics, PlannedRun& run) {
  FieldReader fields(campaign.Value("target"), "target", diagnostics, campaign.PlaceOf("target"));
  v1::TargetSpec& target = *run.spec.mutable_target();
  const bool process = fields.Has("process"), attach = fields.Has("attach");
  if (process == attach) {
    fields.Error("process", "and attach: one of them must be given", "write {process: NAME} or {attach: NAME}, a name of the agent's targets");
  }
  target.set_kind(attach ? v1::TARGET_KIND_ATTACH : v1::TARGET_KIND_PROCESS);
  target.set_entry(fields.Name(attach ? "attach" : "process", /*required=*/true));
  for (auto& [key, text] : fields.TextMap("parameters", kMaxParameters)) (*target.mutable_parameters())[key] = text;
  ReadSurroundings(fields, target);
  if (fields.Has("collector")) run.judging.set_managed_collector(fields.OneOf("collector", {"none", "managed"}) == "managed");
  if (fields.Has("load")) ReadLoad(fields, diagnostics, campaign.Has("chaos"), *target.mutable_load());
  fields.Finish();
  for (const char* of_sdks : {"scenario", "pace", "faucet", "wallets"}) {
    if (campaign.Has(of_sdks)) campaign.Error(of_sdks, "drives an SDK, and a process target is not driven", "remove it; target.load gives the target work");
  }
}

void ReadFigures(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec) {
  const YamlValue* list = campaign.Value("metrics");
  if (list != nullptr && (list->kind != YamlValue::Kind::kSequence || list->items.size() > kMaxEndpoints)) {
    campaign.Error("metrics", "must be a list of at most 8 endpoints", "write - {url: http://127.0.0.1:8080/metrics}");
  } else if (list != nullptr) {
    for (const YamlPtr& item : list->items) ReadEndpoint(*item, diagnostics, *spec.add_metrics());
  }
  if (!campaign.Has("profiles")) return;
  FieldReader profiles(campaign.Value("profiles"), "profiles", diagnostics, campaign.PlaceOf("profiles"));
  ReadUrl(profiles, "pprof", *spec.mutable_profiles()->mutable_pprof_url());
  spec.mutable_profiles()->set_heap_dump(profiles.Flag("heap_dump", false));
  if (spec.profiles().heap_dump() && spec.target().kind() != v1::TARGET_KIND_SDK) {
    profiles.Error("heap_dump", "needs a driver, and the target has none", "use profiles.pprof");
  }
  profiles.Finish();
}

}  // namespace seep::coordinator
