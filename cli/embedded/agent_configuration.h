// The configuration of an embedded agent, as YAML.
#ifndef SEEP_CLI_EMBEDDED_AGENT_CONFIGURATION_H_
#define SEEP_CLI_EMBEDDED_AGENT_CONFIGURATION_H_

#include <string>
#include <vector>

namespace seep::cli {

struct EmbeddedAgent;

std::string AgentConfiguration(const EmbeddedAgent& agent, const std::string& coordinator, const std::string& state_directory,
                               const std::vector<std::string>& drivers_files, const std::vector<std::string>& secrets);

}  // namespace seep::cli

#endif  // SEEP_CLI_EMBEDDED_AGENT_CONFIGURATION_H_
