// From the allow list to a command: the only place where one is made.
//
// Failure: kNotFound: no such driver or version, naming those there are.
#ifndef SEEP_AGENT_SUPERVISOR_LAUNCH_H_
#define SEEP_AGENT_SUPERVISOR_LAUNCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/configuration/configuration.h"
#include "agent/configuration/process_entries.h"
#include "common/os/child_process.h"

namespace seep::agent {

// Marks in the environment, by which members of a run's trees are known even
// after their parents ended; the epoch is random, so no stranger carries one.
std::string RunMark(const std::string& epoch, const std::string& run);
std::string ServiceMark(const std::string& epoch, const std::string& run, const std::string& service);
// `process`: of several, counted from 1.
std::string TargetMark(const std::string& epoch, const std::string& run, std::uint32_t generation, std::size_t process = 0);

// The version to use: `requested` if installed, else the default; "" when the
// driver has no versions.
absl::StatusOr<std::string> ResolveVersion(const Driver& driver, const std::string& requested);

// What one host is started with besides its driver's command.
struct HostSurroundings {
  std::string work_directory;
  std::map<std::string, std::string> environment;  // as the spec asks
  std::vector<std::string> marks;
};
// kInvalidArgument: a variable that the driver does not leave to specs.
absl::StatusOr<ChildOptions> TargetCommand(const Driver& driver, const std::string& version, const HostSurroundings& around);
ChildOptions CompanionCommand(const Driver& driver, const ServiceCommand& service, const std::vector<std::string>& marks,
                              const std::string& work_directory);

// What a spec may say about an allowed command.
struct SpecWishes {
  Arguments parameters;
  std::map<std::string, std::string> environment;
};
struct Placeholders {  // "{work}", "{generation}"
  std::string work_directory;
  std::uint32_t generation = 1;
};

// kInvalidArgument: a parameter or a variable that the entry does not allow.
// `what` names the entry in messages: "target redis".
absl::StatusOr<ChildOptions> AllowedProcess(const std::string& what, const AllowedCommand& entry, const SpecWishes& wishes,
                                            const Placeholders& placeholders, const std::vector<std::string>& marks);
// `text` with parameters and placeholders in place.
std::string FilledIn(const std::string& text, const Arguments& parameters, const Placeholders& placeholders);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_LAUNCH_H_
