// What the agent may do, from YAML: above all the allow list, by which a driver
// named in a spec becomes a command. A spec never brings a command.
//
// Failure: kInvalidArgument, one line a problem: "FILE:LINE:COLUMN: what; what to
//          do". Unknown keys are errors.
#ifndef SEEP_AGENT_CONFIGURATION_CONFIGURATION_H_
#define SEEP_AGENT_CONFIGURATION_CONFIGURATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/configuration/process_entries.h"
#include "proto/channel/tls_files.h"

namespace seep::agent {

struct ServiceCommand {
  std::string name;
  std::vector<std::string> command;
};

struct Driver {
  std::string name;
  std::vector<std::string> command;  // absolute path, then arguments; "{version}" is replaced
  std::map<std::string, std::string> environment;
  std::vector<std::string> pass_environment;
  std::vector<std::string> spec_environment;  // variables that a spec may set
  std::string versions_directory, default_version;
  std::optional<bool> managed_collector;  // its memory is garbage collected; none: the host's language says
  std::vector<ServiceCommand> services;
  std::map<std::string, std::string> settings_from_services;  // settings key → endpoint
  std::string faucet_from_service;
};

struct Secret {  // where its value is; one of the two
  std::string environment, file;
};

struct Configuration {
  std::string coordinator = "127.0.0.1:7420";
  std::string name;  // empty: the host's
  std::map<std::string, std::string> labels;
  std::uint32_t slots = 4;
  std::string state_directory;
  std::uint64_t spool_limit = std::uint64_t{1} << 30;
  TlsFiles tls;
  std::map<std::string, Driver> drivers;
  std::map<std::string, ProcessTarget> targets;
  std::map<std::string, AllowedCommand> loads;
  std::vector<std::string> endpoints;  // addresses that may be fetched from besides loopback
  std::map<std::string, Secret> secrets;
};

// Reads FILE and the `drivers_files` it names into `into`. What it does not
// mention stays as it is.
absl::Status ReadConfiguration(const std::string& file, Configuration& into);
// A file with `drivers:`, `targets:`, `loads:` and `endpoints:` (and nothing
// else); adds them.
absl::Status ReadDrivers(const std::string& file, Configuration& into);
// What cannot be seen line by line: the agent's name, clear text off the host.
absl::Status CheckConfiguration(const Configuration& configuration);

bool IsAgentName(const std::string& name);  // [a-z0-9][a-z0-9.-]{0,62}

// Sub-directories with a version's name ([0-9A-Za-z][0-9A-Za-z.+-]*), sorted.
std::vector<std::string> InstalledVersions(const Driver& driver);

// kNotFound naming the reference; the value is never part of a message.
absl::StatusOr<std::string> ReadSecret(const Configuration& configuration, const std::string& reference);

}  // namespace seep::agent

#endif  // SEEP_AGENT_CONFIGURATION_CONFIGURATION_H_
