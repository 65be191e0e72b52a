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

using Variables = std::map<std::string, std::string>;

Variables Environment(const std::vector<std::string>& passed, const Variables& set, const std::string& work_directory) {
  Variables environment{{"LANG", "C.UTF-8"}, {"HOME", work_directory}, {"TMPDIR", work_directory}};
  for (const std::string& name : passed) {
    if (const char* value = std::getenv(name.c_str())) environment[name] = value;
  }
  for (const auto& [name, value] : set) environment[name] = value;
  return environment;
}

std::vector<std::string> AsText(const Variables& environment) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment) lines.push_back(absl::StrCat(name, "=", value));
  return lines;
}

absl::Status AddWished(const std::string& what, const std::vector<std::string>& allowed, const Variables& wished, Variables& environment) {
  for (const auto& [name, value] : wished) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end() || IsForbiddenVariable(name)) {
      return absl::InvalidArgumentError(absl::StrCat(what, ": a spec may not set the variable ", Printable(name),
                                                     "; the agent's configuration (spec_environment) leaves it ",
                                                     allowed.empty() ? "none" : absl::StrJoin(allowed, ", ")));
    }
    environment[name] = value;
  }
  return absl::OkStatus();
}

ChildOptions Common(const std::string& work_directory, const Variables& environment) {
  ChildOptions options;
  options.environment = AsText(environment);
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

std::string TargetMark(const std::string& epoch, const std::string& run, std::uint32_t generation, std::size_t process) {
  return absl::StrCat("SEEP_TARGET=", epoch, "/", run, "/", generation, process > 0 ? absl::StrCat("/", process) : "");
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

absl::StatusOr<ChildOptions> TargetCommand(const Driver& driver, const std::string& version, const HostSurroundings& around) {
  Variables environment = Environment(driver.pass_environment, driver.environment, around.work_directory);
  SEEP_RETURN_IF_ERROR(AddWished("driver " + driver.name, driver.spec_environment, around.environment, environment));
  ChildOptions options = Common(around.work_directory, environment);
  for (const std::string& argument : driver.command) {
    options.argv.push_back(absl::StrReplaceAll(argument, {{"{version}", version}}));
  }
  options.environment.insert(options.environment.end(), around.marks.begin(), around.marks.end());
  return options;
}

ChildOptions CompanionCommand(const Driver& driver, const ServiceCommand& service, const std::vector<std::string>& marks,
                              const std::string& work_directory) {
  ChildOptions options = Common(work_directory, Environment(driver.pass_environment, driver.environment, work_directory));
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
  Variables own;
  for (const auto& [name, value] : entry.environment) own[name] = FilledIn(value, parameters, placeholders);
  Variables environment = Environment(entry.pass_environment, own, placeholders.work_directory);
  SEEP_RETURN_IF_ERROR(AddWished(what, entry.spec_environment, wishes.environment, environment));
  ChildOptions options;
  for (const std::string& argument : entry.command) options.argv.push_back(FilledIn(argument, parameters, placeholders));
  options.environment = AsText(environment);
  options.environment.insert(options.environment.begin(), kPath);
  options.environment.insert(options.environment.end(), marks.begin(), marks.end());
  options.working_directory = entry.working_directory.empty() ? placeholders.work_directory : FilledIn(entry.working_directory, parameters, placeholders);
  options.standard_input = Stdio::kNull;
  options.standard_output = options.standard_error = Stdio::kPipe;
  options.limits = {{RLIMIT_CORE, 0}};
  return options;
}

}  // namespace seep::agent
