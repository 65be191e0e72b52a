#include "agent/supervisor/launch.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr char kPath[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<std::string> Environment(const Driver& driver, const std::string& work_directory) {
  std::vector<std::string> environment{"LANG=C.UTF-8", "HOME=" + work_directory, "TMPDIR=" + work_directory};
  for (const std::string& name : driver.pass_environment) {
    if (const char* value = std::getenv(name.c_str())) environment.push_back(absl::StrCat(name, "=", value));
  }
  for (const auto& [name, value] : driver.environment) environment.push_back(absl::StrCat(name, "=", value));
  return environment;
}

ChildOptions Common(const Driver& driver, const std::string& work_directory) {
  ChildOptions options;
  options.environment = Environment(driver, work_directory);
  options.working_directory = work_directory;
  options.standard_input = options.standard_output = options.standard_error = Stdio::kPipe;
  options.limits = {{RLIMIT_CORE, 0}};  // a core of a wallet holds its seed
  return options;
}

}  // namespace

std::string RunMark(const std::string& epoch, const std::string& run) {
  return absl::StrCat("SEEP_RUN=", epoch, "/", run);
}

std::string ServiceMark(const std::string& epoch, const std::string& run, const std::string& service) {
  return absl::StrCat("SEEP_SERVICE=", epoch, "/", run, "/", service);
}

std::string TargetMark(const std::string& epoch, const std::string& run, std::uint32_t generation) {
  return absl::StrCat("SEEP_TARGET=", epoch, "/", run, "/", generation);
}

absl::StatusOr<std::string> ResolveVersion(const Driver& driver, const std::string& requested) {
  const std::string wanted = requested.empty() ? driver.default_version : requested;
  if (driver.versions_directory.empty()) {
    if (wanted.empty() || wanted == driver.default_version) return wanted;
    return absl::NotFoundError(absl::StrCat("driver ", driver.name, " has no versions to choose from; leave the version out"));
  }
  const std::vector<std::string> installed = InstalledVersions(driver);
  if (std::find(installed.begin(), installed.end(), wanted) != installed.end()) return wanted;
  return absl::NotFoundError(absl::StrCat(
      "driver ", driver.name, ": version \"", Printable(wanted), "\" is not installed on this agent; installed: ",
      installed.empty() ? "none" : absl::StrJoin(installed, ", ")));
}

ChildOptions TargetCommand(const Driver& driver, const std::string& version, const std::vector<std::string>& marks,
                           const std::string& work_directory) {
  ChildOptions options = Common(driver, work_directory);
  for (const std::string& argument : driver.command) {
    options.argv.push_back(absl::StrReplaceAll(argument, {{"{version}", version}}));
  }
  options.environment.insert(options.environment.end(), marks.begin(), marks.end());
  return options;
}

ChildOptions CompanionCommand(const Driver& driver, const ServiceCommand& service, const std::vector<std::string>& marks,
                              const std::string& work_directory) {
  ChildOptions options = Common(driver, work_directory);
  options.argv = service.command;
  options.environment.insert(options.environment.end(), marks.begin(), marks.end());
  return options;
}

std::string FilledIn(const std::string& text, const Arguments& parameters, const Placeholders& placeholders) {
  std::vector<std::pair<std::string, std::string>> all = {{"{work}", placeholders.work_directory},
                                                          {"{generation}", absl::StrCat(placeholders.generation)}};
  for (const auto& [name, value] : parameters) all.emplace_back(absl::StrCat("{", name, "}"), value);
  // One pass: what a value holds is never replaced again.
  return absl::StrReplaceAll(text, all);
}

absl::StatusOr<ChildOptions> AllowedProcess(const std::string& what, const AllowedCommand& entry, const SpecWishes& wishes,
                                            const Placeholders& placeholders, const std::vector<std::string>& marks) {
  SEEP_ASSIGN_OR_RETURN(const Arguments parameters, FillParameters(what, entry, wishes.parameters));
  std::map<std::string, std::string> environment{{"LANG", "C.UTF-8"}, {"HOME", placeholders.work_directory}, {"TMPDIR", placeholders.work_directory}};
  for (const std::string& name : entry.pass_environment) {
    if (const char* value = std::getenv(name.c_str())) environment[name] = value;
  }
  for (const auto& [name, value] : entry.environment) environment[name] = FilledIn(value, parameters, placeholders);
  for (const auto& [name, value] : wishes.environment) {
    const auto& allowed = entry.spec_environment;
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end() || IsForbiddenVariable(name)) {
      return absl::InvalidArgumentError(absl::StrCat(what, ": a spec may not set the variable ", Printable(name),
                                                     "; the agent's configuration leaves it ", allowed.empty() ? "none" : absl::StrJoin(allowed, ", ")));
    }
    environment[name] = value;
  }
  ChildOptions options;
  for (const std::string& argument : entry.command) options.argv.push_back(FilledIn(argument, parameters, placeholders));
  options.environment = {kPath};
  for (const auto& [name, value] : environment) options.environment.push_back(absl::StrCat(name, "=", value));
  options.environment.insert(options.environment.end(), marks.begin(), marks.end());
  options.working_directory = entry.working_directory.empty() ? placeholders.work_directory : FilledIn(entry.working_directory, parameters, placeholders);
  options.standard_input = Stdio::kNull;
  options.standard_output = options.standard_error = Stdio::kPipe;
  options.limits = {{RLIMIT_CORE, 0}};
  return options;
}

}  // namespace seep::agent
