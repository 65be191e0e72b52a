#include "cli/commands/driver.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "cli/commands/commands.h"
#include "common/os/files.h"

namespace seep::cli {

bool IsDriverCheck(const std::vector<std::string>& arguments) {
  return arguments.size() >= 2 && arguments[0] == "driver" && arguments[1] == "check";
}

int BecomeDriverCheck(const std::vector<std::string>& arguments) {
  const auto directory = OwnBinaryDirectory();
  const std::string path = (directory.ok() ? *directory : ".") + "/" + kDriverCheckProgram;
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (std::size_t i = 2; i < arguments.size(); ++i) argv.push_back(const_cast<char*>(arguments[i].c_str()));
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  std::cerr << "seep driver check: " << path << ": " << std::strerror(errno) << "; build or install it\n";
  return static_cast<int>(ExitCode::kFailed);
}

// Reached when something stands before the command, which it could not use.
ExitCode DriverCheck(Session& session) {
  session.console.ErrLine("seep driver check: it takes only options of its own, behind the command; try `seep driver check --help`");
  return ExitCode::kUsage;
}

}  // namespace seep::cli
