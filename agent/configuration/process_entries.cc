#include "agent/configuration/process_entries.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/configuration/configuration.h"
#include "agent/configuration/yaml_section.h"
#include "common/os/files.h"
#include "common/os/loopback.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxEntries = 256;
constexpr std::size_t kMaxParameters = 32;
constexpr std::size_t kMaxValue = 1024;
// No '/' and no leading '-': neither a path nor an option.
constexpr char kPlainWord[] = "[A-Za-z0-9_][A-Za-z0-9._:@%+=,-]*";

bool Matches(const std::string& value, const std::string& pattern) {
  return value.size() <= kMaxValue && Printable(value) == value &&
         re2::RE2::FullMatch(value, pattern.empty() ? kPlainWord : pattern);
}

bool IsParameterName(const std::string& name) {
  return re2::RE2::FullMatch(name, "[a-z][a-z0-9_]{0,31}") && name != "work" && name != "generation";
}

void ReadParameters(YamlSection& section, AllowedCommand& entry) {
  section.ReadEach("parameters", [&](const std::string& name, YamlSection inner) {
    Parameter parameter;
    std::string otherwise;
    const bool has_default = inner.Has("default");
    inner.Read("pattern", parameter.pattern);
    inner.Read("default", otherwise);
    inner.RefuseOthers();
    if (!IsParameterName(name)) section.Complain("parameters", name + " is no name: [a-z][a-z0-9_]{0,31}, neither work nor generation");
    re2::RE2::Options quiet;
    quiet.set_log_errors(false);
    if (!parameter.pattern.empty() && !re2::RE2(parameter.pattern, quiet).ok()) {
      section.Complain("parameters", name + ": its pattern is no regular expression (RE2)");
      parameter.pattern.clear();
    }
    if (has_default && !Matches(otherwise, parameter.pattern)) section.Complain("parameters", name + ": its default does not match its pattern");
    if (has_default) parameter.otherwise = otherwise;
    entry.parameters[name] = std::move(parameter);
  });
  if (entry.parameters.size() > kMaxParameters) section.Complain("parameters", "more than 32 parameters");
}

void CheckVariables(YamlSection& section, const char* key, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (IsForbiddenVariable(name)) section.Complain(key, name + " may not be given to a process");
  }
}

void ReadCommand(YamlSection& section, AllowedCommand& entry) {
  section.Read("command", entry.command);
  section.Read("environment", entry.environment);
  section.Read("pass_environment", entry.pass_environment);
  section.Read("spec_environment", entry.spec_environment);
  section.Read("working_directory", entry.working_directory);
  ReadParameters(section, entry);
  std::vector<std::string> set;
  for (const auto& [name, value] : entry.environment) set.push_back(name);
  CheckVariables(section, "environment", set);
  CheckVariables(section, "pass_environment", entry.pass_environment);
  CheckVariables(section, "spec_environment", entry.spec_environment);
  if (!entry.working_directory.empty() && entry.working_directory[0] != '/') {
    section.Complain("working_directory", "must be an absolute path");
  }
}

bool IsCommand(const AllowedCommand& entry) {
  return !entry.command.empty() && !entry.command[0].empty() && entry.command[0][0] == '/';
}

AttachRule ReadAttach(YamlSection inner) {
  AttachRule rule;
  inner.Read("pid_file", rule.pid_file);
  inner.Read("unit", rule.unit);
  inner.Read("executable", rule.executable);
  inner.Read("may_kill", rule.may_kill);
  const int given = !rule.pid_file.empty() + !rule.unit.empty() + !rule.executable.empty();
  if (given != 1) inner.Complain("pid_file", "give one of pid_file, unit and executable");
  for (const std::string& path : {rule.pid_file, rule.executable}) {
    if (!path.empty() && path[0] != '/') inner.Complain("pid_file", "paths must be absolute");
  }
  if (absl::StrContains(rule.unit, "/") || absl::StrContains(rule.unit, "..")) inner.Complain("unit", "is no unit's name");
  inner.RefuseOthers();
  return rule;
}

void ReadTargetEntry(const std::string& name, YamlSection section, Configuration& into) {
  ProcessTarget target;
  ReadCommand(section, target.start);
  section.Read("ready", target.ready);
  target.managed_collector = ReadCollector(section);
  if (section.Has("attach")) target.attach = ReadAttach(section.Below("attach"));
  if (target.attach.has_value() != target.start.command.empty()) {
    section.Complain("command", "give either a command or attach");
  } else if (!target.attach && !IsCommand(target.start)) {
    section.Complain("command", "must be a list that begins with an absolute path");
  }
  if (!target.ready.empty() && !IsLoopbackHost(target.ready.substr(0, target.ready.rfind(':')))) {
    section.Complain("ready", "must be HOST:PORT on loopback");
  }
  section.RefuseOthers();
  into.targets[name] = std::move(target);
}

void ReadLoadEntry(const std::string& name, YamlSection section, Configuration& into) {
  AllowedCommand load;
  ReadCommand(section, load);
  if (!IsCommand(load)) section.Complain("command", "must be a list that begins with an absolute path");
  section.RefuseOthers();
  into.loads[name] = std::move(load);
}

}  // namespace

std::optional<bool> ReadCollector(YamlSection& section) {
  if (!section.Has("collector")) return std::nullopt;
  std::string word;
  section.Read("collector", word);
  if (word != "none" && word != "managed") section.Complain("collector", "must be none or managed");
  return word == "managed";
}

bool IsForbiddenVariable(const std::string& name) {
  return name.empty() || name == "PATH" || name == "IFS" || name == "ENV" || name == "BASH_ENV" ||
         absl::StartsWith(name, "LD_") || absl::StartsWith(name, "BASH_FUNC_") || absl::StrContains(name, "=") ||
         absl::StartsWith(name, "SEEP_");
}

absl::StatusOr<Arguments> FillParameters(const std::string& what, const AllowedCommand& entry, const Arguments& given) {
  Arguments filled;
  for (const auto& [name, value] : given) {
    const auto declared = entry.parameters.find(name);
    if (declared == entry.parameters.end()) {
      std::vector<std::string> names;
      for (const auto& [known, parameter] : entry.parameters) names.push_back(known);
      return absl::InvalidArgumentError(absl::StrCat(what, " has no parameter ", Printable(name), "; it has ",
                                                     names.empty() ? "none" : absl::StrJoin(names, ", ")));
    }
    if (!Matches(value, declared->second.pattern)) {
      return absl::InvalidArgumentError(absl::StrCat(what, ": parameter ", name, " may not be \"", Printable(value.substr(0, 80)),
                                                     "\": it must match ", declared->second.pattern.empty() ? kPlainWord : declared->second.pattern));
    }
    filled[name] = value;
  }
  for (const auto& [name, parameter] : entry.parameters) {
    if (filled.contains(name)) continue;
    if (!parameter.otherwise) return absl::InvalidArgumentError(absl::StrCat(what, ": parameter ", name, " is missing and has no default"));
    filled[name] = *parameter.otherwise;
  }
  return filled;
}

void ReadProcessEntries(YamlSection& root, Configuration& into) {
  root.ReadEach("targets", [&](const std::string& name, YamlSection section) {
    if (!IsAgentName(name)) return root.Complain("targets", "\"" + name + "\" is no name: [a-z0-9][a-z0-9.-]{0,62}");
    if (into.targets.size() >= kMaxEntries) return root.Complain("targets", "more than 256 targets");
    ReadTargetEntry(name, std::move(section), into);
  });
  root.ReadEach("loads", [&](const std::string& name, YamlSection section) {
    if (!IsAgentName(name)) return root.Complain("loads", "\"" + name + "\" is no name: [a-z0-9][a-z0-9.-]{0,62}");
    if (into.loads.size() >= kMaxEntries) return root.Complain("loads", "more than 256 loads");
    ReadLoadEntry(name, std::move(section), into);
  });
  std::vector<std::string> endpoints;
  root.Read("endpoints", endpoints);
  for (std::string& url : endpoints) {
    if (!absl::StartsWith(url, "http://") && !absl::StartsWith(url, "https://")) {
      root.Complain("endpoints", "must be a list of http:// or https:// addresses");
    }
    into.endpoints.push_back(std::move(url));
  }
}

}  // namespace seep::agent
