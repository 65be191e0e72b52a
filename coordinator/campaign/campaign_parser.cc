#include "coordinator/campaign/campaign_parser.h"

#include "absl/strings/str_cat.h"
#include "common/os/random.h"
#include "coordinator/campaign/diagnostics.h"
#include "coordinator/campaign/field_reader.h"
#include "coordinator/campaign/sections.h"
#include "coordinator/campaign/yaml_value.h"

namespace seep::coordinator {
namespace {

struct Axis {
  std::string path;
  std::vector<YamlPtr> values;
};

YamlPtr ApplyOverrides(YamlPtr root, const CampaignSource& source, Diagnostics& diagnostics) {
  if (source.overrides.size() > 256) {
    diagnostics.Error(root->place, "more than 256 --set overrides", "put them into the file");
    return root;
  }
  for (const auto& [path, text] : source.overrides) {
    const std::string name = absl::StrCat("--set ", path.substr(0, 256));
    const bool before = diagnostics.ok();
    YamlPtr value = ReadYaml(text, name, diagnostics);
    if (value && (diagnostics.ok() || !before)) root = WithValueAt(root, path, value, diagnostics);
  }
  return root;
}

std::vector<Axis> ReadMatrix(const YamlPtr& root, Diagnostics& diagnostics) {
  std::vector<Axis> axes;
  const YamlEntry* matrix = root->Find("matrix");
  if (matrix == nullptr || matrix->value->kind == YamlValue::Kind::kNull) return axes;
  if (matrix->value->kind != YamlValue::Kind::kMap) {
    diagnostics.Error(matrix->value->place, "matrix must be a map", "write {sdk.version: [0.15.1, 0.19.2]}");
    return axes;
  }
  for (const YamlEntry& entry : matrix->value->entries) {
    const std::string top = entry.key.substr(0, entry.key.find('.'));
    if (entry.value->kind != YamlValue::Kind::kSequence || entry.value->items.empty()) {
      diagnostics.Error(entry.value->place, absl::StrCat("matrix.", entry.key, " must be a list with values"),
                        "write [one, two]");
    } else if (top == "matrix" || top == "replicas" || top == "name") {
      diagnostics.Error(entry.place, absl::StrCat("the matrix cannot vary ", top), "vary another field");
    } else {
      axes.push_back({entry.key, entry.value->items});
    }
  }
  return axes;
}

std::size_t CountCells(const std::vector<Axis>& axes) {
  std::size_t cells = 1;
  for (const Axis& axis : axes) {
    cells *= axis.values.size();
    if (cells > kMaxRunsPerCampaign) return kMaxRunsPerCampaign + 1;
  }
  return cells;
}

// One cell with the matrix applied, replicas not yet.
PlannedRun ReadCell(const YamlPtr& root, std::uint64_t drawn_seed, Diagnostics& diagnostics) {
  PlannedRun run;
  FieldReader campaign(root.get(), "", diagnostics);
  run.spec.set_name(campaign.Name("name", /*required=*/true));
  if (run.spec.name().find('.') != std::string::npos) campaign.Error("name", "holds a dot", "use a-z, 0-9 and '-'");
  for (auto& [key, value] : campaign.TextMap("labels", 32)) (*run.spec.mutable_labels())[key] = value;
  for (auto& [key, value] : campaign.TextMap("placement", 32)) (*run.spec.mutable_placement())[key] = value;
  ReadTarget(campaign, diagnostics, run);
  const bool drives_sdk = run.spec.target().kind() == v1::TARGET_KIND_SDK;
  if (drives_sdk) ReadScenario(campaign, diagnostics, *run.spec.mutable_scenario());
  ReadFigures(campaign, diagnostics, run.spec);
  ReadTiming(campaign, diagnostics, run.spec);
  ReadWallets(campaign, diagnostics, run.spec);
  ReadChaos(campaign, diagnostics, run.spec.warm_up_ms(), run.chaos);
  ReadVerdict(campaign, diagnostics, run.judging);
  ReadThresholds(campaign, diagnostics, run.judging);
  run.spec.set_seed(campaign.Integer("seed", drawn_seed, 0, INT64_MAX));
  run.spec.set_max_restarts_on_crash(static_cast<std::uint32_t>(campaign.Integer("crash_restarts", 10, 0, 10'000)));
  campaign.Integer("replicas", 1, 1, kMaxRunsPerCampaign);
  campaign.Has("matrix");
  campaign.Finish();
  return run;
}

// Replicas differ in their seed only; the first keeps the stated one.
void AddReplicas(const PlannedRun& cell, std::uint64_t replicas, std::vector<PlannedRun>& runs) {
  for (std::uint64_t replica = 1; replica <= replicas; ++replica) {
    PlannedRun run = cell;
    if (replica > 1) {
      run.spec.set_name(absl::StrCat(cell.spec.name(), " replica=", replica));
      run.spec.set_seed(Random(cell.spec.seed()).Fork(absl::StrCat("replica ", replica)).Next() >> 1);
    }
    runs.push_back(std::move(run));
  }
}

void Expand(const YamlPtr& root, std::uint64_t drawn_seed, Diagnostics& diagnostics, ParsedCampaign& parsed) {
  const std::vector<Axis> axes = ReadMatrix(root, diagnostics);
  FieldReader top(root.get(), "", diagnostics);
  const std::uint64_t replicas = top.Integer("replicas", 1, 1, kMaxRunsPerCampaign);
  const std::size_t cells = CountCells(axes);
  if (cells * replicas > kMaxRunsPerCampaign) {
    diagnostics.Error(root->place, absl::StrCat("matrix and replicas make more than ", kMaxRunsPerCampaign, " runs"),
                      "reduce one of them");
    return;
  }
  std::size_t expanded = 0;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    YamlPtr tree = root;
    std::string suffix;
    std::size_t rest = cell;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      const YamlPtr& value = axis->values[rest % axis->values.size()];
      rest /= axis->values.size();
      tree = WithValueAt(tree, axis->path, value, diagnostics);
      const std::string shown = value->kind == YamlValue::Kind::kScalar ? value->text : ToJson(*value);
      suffix = absl::StrCat(" ", axis->path, "=", shown.substr(0, 80), suffix);
    }
    PlannedRun run = ReadCell(tree, drawn_seed, diagnostics);
    if (cell == 0) parsed.name = run.spec.name();
    run.spec.mutable_name()->append(suffix);
    expanded += (run.spec.ByteSizeLong() + run.chaos.ByteSizeLong()) * replicas;
    if (expanded > kMaxExpandedBytes) {
      diagnostics.Error(root->place, "the runs together are larger than 16 MiB", "split the campaign");
    }
    if (!diagnostics.ok() && cell >= 16) return;  // more cells would only repeat it
    if (diagnostics.ok()) AddReplicas(run, replicas, parsed.runs);
  }
}

void WarnAbout(const YamlPtr& root, const ParsedCampaign& parsed, Diagnostics& diagnostics) {
  const v1::RunSpec& spec = parsed.runs.front().spec;
  if (spec.duration_ms() / spec.sampling().interval_ms() < 30 && spec.scenario().lifecycle().count() == 0) {
    diagnostics.Warning(root->place, "fewer than 30 samples a run: the verdict will hardly decide",
                        "lengthen the duration or shorten sampling.interval");
  }
  if (spec.scenario().has_reconnect() && !spec.scenario().reconnect().idle() && spec.scenario().reconnect().every_payments() > 0 &&
      !spec.scenario().has_payments()) {
    diagnostics.Warning(root->place, "reconnect.every counts payments, and none run: the pace decides",
                        "give reconnect.every_time, or add payments");
  }
}

}  // namespace

absl::StatusOr<ParsedCampaign> ParseCampaign(const CampaignSource& source, std::uint64_t drawn_seed) {
  Diagnostics diagnostics;
  YamlPtr root = ReadYaml(source.yaml, source.file_name.substr(0, 1024), diagnostics);
  if (!root) return diagnostics.ToStatus();
  if (root->kind != YamlValue::Kind::kMap) {
    diagnostics.Error(root->place, "a campaign must be a map", "begin with name: NAME");
    return diagnostics.ToStatus();
  }
  root = ApplyOverrides(std::move(root), source, diagnostics);
  ParsedCampaign parsed;
  Expand(root, drawn_seed, diagnostics, parsed);
  if (!diagnostics.ok()) return diagnostics.ToStatus();
  WarnAbout(root, parsed, diagnostics);
  parsed.yaml = source.overrides.empty() ? source.yaml : ToYamlText(*root);
  parsed.warnings = diagnostics.warnings();
  return parsed;
}

}  // namespace seep::coordinator
