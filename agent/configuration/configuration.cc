#include "agent/configuration/configuration.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/configuration/yaml_section.h"
#include "common/os/files.h"
#include "common/os/loopback.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::size_t kMaxDrivers = 256;

bool IsVersion(const std::string& text) {
  return !text.empty() && text.size() <= 64 && absl::ascii_isalnum(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '+' || c == '-' || c == '_';
         });
}

void ReadService(const std::string& name, YamlSection section, Driver& driver) {
  ServiceCommand service{name, {}};
  section.Read("command", service.command);
  if (service.command.empty() || service.command[0].empty() || service.command[0][0] != '/') {
    section.Complain("command", "must be a list that begins with an absolute path");
  }
  section.RefuseOthers();
  driver.services.push_back(std::move(service));
}

void ReadDriver(const std::string& name, YamlSection section, Configuration& into) {
  Driver driver;
  driver.name = name;
  section.Read("command", driver.command);
  section.Read("environment", driver.environment);
  section.Read("pass_environment", driver.pass_environment);
  section.Read("spec_environment", driver.spec_environment);
  section.Read("versions_directory", driver.versions_directory);
  section.Read("default_version", driver.default_version);
  driver.managed_collector = ReadCollector(section);
  section.Read("settings_from_services", driver.settings_from_services);
  section.Read("faucet_from_service", driver.faucet_from_service);
  section.ReadEach("services", [&](const std::string& service, YamlSection inner) {
    ReadService(service, std::move(inner), driver);
  });
  if (driver.command.empty() || driver.command[0].empty() || driver.command[0][0] != '/') {
    section.Complain("command", "must be a list that begins with an absolute path");
  }
  for (const auto& [variable, value] : driver.environment) {
    if (IsForbiddenVariable(variable)) section.Complain("environment", variable + " may not be set for a driver");
  }
  for (const std::string& variable : driver.pass_environment) {
    if (IsForbiddenVariable(variable)) section.Complain("pass_environment", variable + " may not be passed to a driver");
  }
  for (const std::string& variable : driver.spec_environment) {
    if (IsForbiddenVariable(variable)) section.Complain("spec_environment", variable + " may not be left to specs");
  }
  section.RefuseOthers();
  into.drivers[name] = std::move(driver);
}

void ReadDriverMap(YamlSection& root, Configuration& into) {
  root.ReadEach("drivers", [&](const std::string& name, YamlSection section) {
    if (!IsAgentName(name)) return root.Complain("drivers", "\"" + name + "\" is no name: [a-z0-9][a-z0-9.-]{0,62}");
    if (into.drivers.size() >= kMaxDrivers) return root.Complain("drivers", "more than 256 drivers");
    ReadDriver(name, std::move(section), into);
  });
}

absl::StatusOr<YAML::Node> LoadYaml(const std::string& file) {
  auto text = ReadFile(file, kMaxFile);
  if (!text.ok()) return text.status();
  try {
    return YAML::Load(*text);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", error.mark.line + 1, ":", error.mark.column + 1, ": ",
                                                   Printable(error.msg), "; the file must be YAML"));
  }
}

absl::Status Outcome(const YamlProblems& problems) {
  if (problems.lines.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(problems.lines, "\n"));
}

void ReadSecrets(YamlSection& root, Configuration& into) {
  root.ReadEach("secrets", [&](const std::string& name, YamlSection section) {
    Secret secret;
    section.Read("environment", secret.environment);
    section.Read("file", secret.file);
    if (secret.environment.empty() == secret.file.empty()) {
      root.Complain("secrets", name + " needs one of `environment: NAME` and `file: PATH`, never a value");
    }
    section.RefuseOthers();
    into.secrets[name] = std::move(secret);
  });
}

bool IsLoopbackOrUnix(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return true;
  const std::string host = address.substr(0, address.rfind(':'));
  return IsLoopbackHost(host);
}

}  // namespace

absl::Status ReadConfiguration(const std::string& file, Configuration& into) {
  SEEP_ASSIGN_OR_RETURN(const YAML::Node node, LoadYaml(file));
  YamlProblems problems{file, {}};
  std::vector<std::string> drivers_files;
  try {
    YamlSection root(node, "", problems);
    root.Read("coordinator", into.coordinator);
    root.Read("name", into.name);
    root.Read("labels", into.labels);
    root.Read("slots", into.slots, 1, 1000);
    root.Read("state_directory", into.state_directory);
    root.ReadBytes("spool_limit", into.spool_limit);
    root.Read("drivers_files", drivers_files);
    if (root.Has("tls")) {
      YamlSection tls(node["tls"], "tls", problems);
      tls.Read("ca", into.tls.ca);
      tls.Read("certificate", into.tls.certificate);
      tls.Read("key", into.tls.key);
      tls.Read("server_name", into.tls.server_name);
      tls.RefuseOthers();
    }
    ReadDriverMap(root, into);
    ReadProcessEntries(root, into);
    ReadSecrets(root, into);
    root.Allow("tls");
    root.RefuseOthers();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", error.mark.line + 1, ": ", Printable(error.msg)));
  }
  SEEP_RETURN_IF_ERROR(Outcome(problems));
  for (const std::string& drivers : drivers_files) SEEP_RETURN_IF_ERROR(ReadDrivers(drivers, into));
  return absl::OkStatus();
}

absl::Status ReadDrivers(const std::string& file, Configuration& into) {
  SEEP_ASSIGN_OR_RETURN(const YAML::Node node, LoadYaml(file));
  YamlProblems problems{file, {}};
  try {
    YamlSection root(node, "", problems);
    ReadDriverMap(root, into);
    ReadProcessEntries(root, into);
    root.RefuseOthers();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", error.mark.line + 1, ": ", Printable(error.msg)));
  }
  return Outcome(problems);
}

bool IsAgentName(const std::string& name) {
  const auto plain = [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !name.empty() && name.size() <= 63 && plain(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [&](unsigned char c) { return plain(c) || c == '.' || c == '-'; });
}

absl::Status CheckConfiguration(const Configuration& configuration) {
  if (!IsAgentName(configuration.name)) {
    return absl::InvalidArgumentError(absl::StrCat("the agent's name \"", Printable(configuration.name),
                                                   "\" must match [a-z0-9][a-z0-9.-]{0,62}; give --name"));
  }
  if (configuration.state_directory.empty() || configuration.state_directory[0] != '/') {
    return absl::InvalidArgumentError("state_directory must be an absolute path; give --state-dir");
  }
  if (configuration.labels.size() > 32) return absl::InvalidArgumentError("more than 32 labels");
  const bool has_port = absl::StartsWith(configuration.coordinator, "unix:") ||
                        configuration.coordinator.rfind(':') != std::string::npos;
  if (!has_port) {
    return absl::InvalidArgumentError(absl::StrCat("coordinator \"", Printable(configuration.coordinator),
                                                   "\" must be HOST:PORT or unix:PATH"));
  }
  if (!IsLoopbackOrUnix(configuration.coordinator) && !configuration.tls.any()) {
    return absl::InvalidArgumentError(absl::StrCat("coordinator ", Printable(configuration.coordinator),
                                                   " is not on this host: configure `tls:` (ca, certificate, key); "
                                                   "clear text leaves the host never"));
  }
  const TlsFiles& tls = configuration.tls;
  if (tls.any() && tls.ca.empty()) {
    return absl::InvalidArgumentError("tls: ca is missing; name the file with the CA that the coordinator is known by");
  }
  if (tls.certificate.empty() != tls.key.empty()) {
    return absl::InvalidArgumentError("tls: certificate and key go together; name both");
  }
  return absl::OkStatus();
}

std::vector<std::string> InstalledVersions(const Driver& driver) {
  std::vector<std::string> versions;
  if (driver.versions_directory.empty()) return versions;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(driver.versions_directory, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory(error) && IsVersion(name)) versions.push_back(name);
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

absl::StatusOr<std::string> ReadSecret(const Configuration& configuration, const std::string& reference) {
  const auto secret = configuration.secrets.find(reference);
  if (secret == configuration.secrets.end()) {
    return absl::NotFoundError(absl::StrCat("secret ", Printable(reference),
                                            " is not in the agent's configuration; add it under `secrets:`"));
  }
  if (!secret->second.file.empty()) {
    auto content = ReadFile(secret->second.file, 4096);
    if (!content.ok()) return absl::NotFoundError(absl::StrCat("secret ", reference, ": its file cannot be read"));
    return std::string(absl::StripAsciiWhitespace(*content));
  }
  const char* value = std::getenv(secret->second.environment.c_str());
  if (value == nullptr || *value == '\0') {
    return absl::NotFoundError(absl::StrCat("secret ", reference, ": the environment variable ",
                                            secret->second.environment, " is not set"));
  }
  return std::string(value);
}

}  // namespace seep::agent
