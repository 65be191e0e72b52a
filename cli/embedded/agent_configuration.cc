#include "cli/embedded/agent_configuration.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/embedded/embedded_fleet.h"
#include "cli/spec/yaml_text.h"

namespace seep::cli {
namespace {

std::string List(const std::vector<std::string>& texts) {
  return absl::StrCat("[", absl::StrJoin(texts, ", ", [](std::string* out, const std::string& text) { absl::StrAppend(out, YamlString(text)); }), "]");
}

void AppendEntry(const OwnProcess& entry, const OwnProcesses& own, std::string& yaml) {
  absl::StrAppend(&yaml, "  ", YamlString(entry.name), ":\n");
  if (!entry.ready.empty()) absl::StrAppend(&yaml, "    ready: ", YamlString(entry.ready), "\n");
  if (entry.command.empty()) {
    absl::StrAppend(&yaml, "    attach: {", entry.pid_file.empty() ? (entry.unit.empty() ? "executable: " : "unit: ") : "pid_file: ",
                    YamlString(entry.pid_file.empty() ? (entry.unit.empty() ? entry.executable : entry.unit) : entry.pid_file), "}\n");
    return;
  }
  absl::StrAppend(&yaml, "    command: ", List(entry.command), "\n    working_directory: ", YamlString(entry.working_directory),
                  "\n    pass_environment: ", List(own.passed), "\n");
  if (!own.environment.empty()) {
    absl::StrAppend(&yaml, "    environment:\n");
    for (const auto& [name, value] : own.environment) absl::StrAppend(&yaml, "      ", YamlString(name), ": ", YamlString(value), "\n");
  }
}

// The person at this machine says here what may be started, as its
// configuration does for an agent of a fleet.
void AppendProcesses(const OwnProcesses& own, std::string& yaml) {
  for (const bool loads : {false, true}) {
    bool first = true;
    for (const OwnProcess& entry : own.entries) {
      if (entry.is_load != loads) continue;
      if (std::exchange(first, false)) absl::StrAppend(&yaml, loads ? "loads:\n" : "targets:\n");
      AppendEntry(entry, own, yaml);
    }
  }
}

}  // namespace

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
  AppendProcesses(agent.own, yaml);
  if (secrets.empty()) return yaml;
  absl::StrAppend(&yaml, "secrets:\n");
  // Names only: the values stay in the environment, out of every file.
  for (const std::string& name : secrets) absl::StrAppend(&yaml, "  ", name, ": {environment: ", name, "}\n");
  return yaml;
}

}  // namespace seep::cli
