// `seep driver check`: the program seep-driver-check beside this one takes over,
// so that the CLI needs nothing of the SDK's side of the protocol.
#ifndef SEEP_CLI_COMMANDS_DRIVER_H_
#define SEEP_CLI_COMMANDS_DRIVER_H_

#include <string>
#include <vector>

namespace seep::cli {

inline constexpr char kDriverCheckProgram[] = "seep-driver-check";

// Whether the command line begins with `driver check`.
bool IsDriverCheck(const std::vector<std::string>& arguments);
// Becomes that program; returns an exit code only if it cannot.
int BecomeDriverCheck(const std::vector<std::string>& arguments);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_DRIVER_H_
