#include "coordinator/configuration/configuration.h"

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "coordinator/campaign/diagnostics.h"
#include "coordinator/campaign/field_reader.h"

namespace seep::coordinator {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24 * 3653);
constexpr std::size_t kMaxRules = 100, kMaxLabels = 32;
// The least in which a coordinator can do anything at all.
constexpr std::uint64_t kLeastBudget = 16u << 20;

absl::Duration Age(FieldReader& fields, std::string_view key, absl::Duration least, const char* than) {
  if (!fields.Has(key)) return absl::InfiniteDuration();
  if (fields.Value(key) != nullptr && fields.Value(key)->text == "forever") return absl::InfiniteDuration();
  const absl::Duration age = fields.Time(key, absl::InfiniteDuration(), absl::ZeroDuration(), kLongest);
  if (age < least && least != absl::InfiniteDuration()) {
    fields.Error(key, absl::StrCat("is shorter than ", than), absl::StrCat("what is coarser is kept at least as long as ", than));
  }
  return age;
}

RetentionRule ReadRule(const YamlValue& value, Diagnostics& diagnostics) {
  FieldReader fields(&value, "store.retention", diagnostics);
  RetentionRule rule;
  for (auto& [name, label] : fields.TextMap("labels", kMaxLabels)) rule.labels[name] = label;
  rule.keep_details = Age(fields, "keep_details", absl::ZeroDuration(), "");
  rule.keep_minutes = Age(fields, "keep_minutes", rule.keep_details, "keep_details");
  const bool minutes = rule.keep_minutes != absl::InfiniteDuration();
  rule.keep_runs = Age(fields, "keep_runs", minutes ? rule.keep_minutes : rule.keep_details, minutes ? "keep_minutes" : "keep_details");
  fields.Finish();
  return rule;
}

void ReadRetention(FieldReader& store, Diagnostics& diagnostics, CaretakerOptions& options) {
  const YamlValue* list = store.Value("retention");
  if (list == nullptr) return;
  if (list->kind != YamlValue::Kind::kSequence || list->items.size() > kMaxRules) {
    store.Error("retention", absl::StrCat("must be a list of at most ", kMaxRules, " rules"), "write - {keep_details: 30d}");
    return;
  }
  for (const YamlPtr& item : list->items) options.retention.push_back(ReadRule(*item, diagnostics));
}

void ReadStore(FieldReader& store, Diagnostics& diagnostics, Configuration& configuration) {
  CaretakerOptions& options = configuration.upkeep;
  options.max_bytes = static_cast<std::uint64_t>(store.Bytes("max_bytes", 0));
  if (options.max_bytes != 0 && options.max_bytes < kLeastBudget) {
    store.Error("max_bytes", "is less than 16MiB, in which no store can work", "give it more, or leave it out for no limit");
  }
  options.min_free_disk = static_cast<std::uint64_t>(store.Bytes("min_free_disk", 0));
  options.sweep_every = store.Time("sweep_every", options.sweep_every, absl::Seconds(1), absl::Hours(24));
  configuration.backup_directory = store.Text("backup_directory");
  if (!configuration.backup_directory.empty() && configuration.backup_directory[0] != '/') {
    store.Error("backup_directory", "is no absolute path", "begin it with /");
  }
  ReadRetention(store, diagnostics, options);
}

}  // namespace

absl::StatusOr<Configuration> ParseConfiguration(const std::string& yaml, const std::string& file_name) {
  Diagnostics diagnostics;
  const YamlPtr root = ReadYaml(yaml, file_name, diagnostics);
  Configuration configuration;
  if (root != nullptr) {
    FieldReader fields(root.get(), "", diagnostics);
    FieldReader store(fields.Value("store"), "store", diagnostics);
    ReadStore(store, diagnostics, configuration);
    store.Finish();
    fields.Finish();
  }
  if (!diagnostics.ok()) return diagnostics.ToStatus();
  return configuration;
}

absl::StatusOr<Configuration> LoadConfiguration(const std::string& path) {
  SEEP_ASSIGN_OR_RETURN(const std::string yaml, ReadFile(path, kMaxYamlBytes));
  return ParseConfiguration(yaml, path);
}

}  // namespace seep::coordinator
