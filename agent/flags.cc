#include "agent/flags.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>

#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr int kUsage = 2;

std::string HostAgentName() {
  char name[64] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "agent";
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

int Complain(const std::string& text) {
  std::fprintf(stderr, "seep-agent: %s\n", text.c_str());
  return kUsage;
}

struct Given {
  std::string file, coordinator, name, state_directory, spool_limit;
  std::vector<std::string> labels, drivers;
  std::uint32_t slots = 0;
};

void Declare(CLI::App& app, Given& given, Flags& flags) {
  app.add_option("--config", given.file, "Configuration (YAML)")->type_name("FILE");
  app.add_option("--coordinator", given.coordinator, "HOST:PORT or unix:PATH")->type_name("ADDR");
  app.add_option("--name", given.name, "Unique name of this agent; default: the host's")->type_name("NAME");
  app.add_option("--label", given.labels, "Label for placement; repeated")->type_name("K=V");
  app.add_option("--slots", given.slots, "Runs at once")->check(CLI::Range(1, 1000));
  app.add_option("--state-dir", given.state_directory, "Spool, journals, run directories")->type_name("DIR");
  app.add_option("--spool-limit", given.spool_limit, "Most bytes of samples kept while the coordinator is away")->type_name("SIZE");
  app.add_option("--drivers", given.drivers, "File with a `drivers:` allow list; repeated")->type_name("FILE");
  app.add_flag("--ready-line", flags.ready_line, "Print one line of JSON when connected the first time");
  app.add_flag("--exit-with-stdin", flags.exit_with_stdin, "Stop when standard input ends");
  app.add_flag("--check", flags.check_only, "Check the configuration and exit");
  app.add_flag("--debug", flags.debug, "Log more");
  app.set_version_flag("--version", "seep-agent 0.1.0");
}

absl::Status Apply(const Given& given, Configuration& configuration) {
  if (!given.file.empty()) {
    if (absl::Status read = ReadConfiguration(given.file, configuration); !read.ok()) return read;
  }
  for (const std::string& file : given.drivers) {
    if (absl::Status read = ReadDrivers(file, configuration); !read.ok()) return read;
  }
  if (!given.coordinator.empty()) configuration.coordinator = given.coordinator;
  if (!given.name.empty()) configuration.name = given.name;
  if (configuration.name.empty()) configuration.name = HostAgentName();
  if (!given.state_directory.empty()) {
    configuration.state_directory = std::filesystem::absolute(given.state_directory).lexically_normal().string();
  }
  if (given.slots > 0) configuration.slots = given.slots;
  if (!given.spool_limit.empty()) {
    const auto bytes = ParseByteSize(given.spool_limit);
    if (!bytes.ok()) return absl::InvalidArgumentError("--spool-limit: " + std::string(bytes.status().message()));
    configuration.spool_limit = static_cast<std::uint64_t>(*bytes);
  }
  for (const std::string& label : given.labels) {
    const std::size_t equals = label.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return absl::InvalidArgumentError("--label \"" + Printable(label) + "\" must be KEY=VALUE");
    }
    configuration.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return CheckConfiguration(configuration);
}

}  // namespace

std::optional<Flags> ReadFlags(int argc, char** argv, int& exit_code) {
  Flags flags;
  Given given;
  CLI::App app("seep-agent: runs SDKs under test on this host for a Seep coordinator", "seep-agent");
  Declare(app, given, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11's own codes mean nothing to our users: help is 0, the rest is usage.
    exit_code = error.get_exit_code() == 0 ? app.exit(error) : Complain(Printable(error.what()) + "; see --help");
    return std::nullopt;
  }
  if (const absl::Status status = Apply(given, flags.configuration); !status.ok()) {
    exit_code = Complain(std::string(status.message()));
    return std::nullopt;
  }
  return flags;
}

}  // namespace seep::agent
