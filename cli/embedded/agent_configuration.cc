#include "cli/embedded/agent_configuration.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/embedded/embedded_fleet.h"
#include "cli/spec/yaml_text.h"

namespace seep::cli {

std::string AgentConfiguration(const EmbeddedAgent& agent, const std::string& coordinator, const std::string& state_directory,
                               const std::vector<std::string>& drivers_files, const std::vector<std::string>& secrets) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : agent.labels) labels.push_back(absl::StrCat(YamlString(key), ": ", YamlString(value)));
  std::vector<std::string> files;
  for (const std::string& file : drivers_files) files.push_back(YamlString(file));
  std::string yaml = absl::StrCat("coordinator: ", YamlString(coordinator), "\nname: ", YamlString(agent.name), "\nlabels: {",
                                  absl::StrJoin(labels, ", "), "}\nslots: ", agent.slots,
                                  "\nstate_directory: ", YamlString(state_directory), "\ndrivers_files: [",
                                  absl::StrJoin(files, ", "), "]\n");
  if (secrets.empty()) return yaml;
  absl::StrAppend(&yaml, "secrets:\n");
  // Names only: the values stay in the environment, out of every file.
  for (const std::string& name : secrets) absl::StrAppend(&yaml, "  ", name, ": {environment: ", name, "}\n");
  return yaml;
}

}  // namespace seep::cli
