// seep: parses the command line, wires the edges, runs one command.
#include <unistd.h>

#include <string>
#include <vector>

#include "cli/arguments/command_line.h"
#include "cli/commands/driver.h"
#include "cli/commands/session.h"
#include "cli/console/console.h"
#include "cli/embedded/janitor.h"
#include "common/os/files.h"

int main(int argc, char** argv) {
  using namespace seep::cli;  // NOLINT: this file is nothing but their use
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == kJanitorCommand) return RunJanitor(arguments[1], STDIN_FILENO);

  if (IsDriverCheck(arguments)) return BecomeDriverCheck(arguments);

  Interruption interruption;  // before gRPC's threads exist
  const Environment environment = Environment::OfProcess();
  TerminalConsole console;
  const ParsedCommandLine parsed = ParseCommandLine(arguments, environment);
  if (!parsed.invocation) {
    if (parsed.is_help) console.Out(parsed.text);
    else console.Err(parsed.text);
    return static_cast<int>(parsed.is_help ? ExitCode::kClean : ExitCode::kUsage);
  }
  console.out_style = StyleOf(STDOUT_FILENO, environment, parsed.invocation->color, parsed.invocation->ascii);
  console.err_style = StyleOf(STDERR_FILENO, environment, parsed.invocation->color, parsed.invocation->ascii);
  const auto directory = seep::OwnBinaryDirectory();
  Session session{*parsed.invocation, environment, console, interruption, directory.ok() ? *directory : "."};
  const ExitCode code = RunCommand(session);
  if (console.out_failed()) {
    console.ErrLine("seep: standard output could not be written");
    return static_cast<int>(ExitCode::kFailed);
  }
  return static_cast<int>(code);
}
