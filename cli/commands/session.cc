#include "cli/commands/session.h"

#include <fmt/format.h>

#include <map>

#include "absl/strings/str_split.h"
#include "cli/commands/commands.h"
#include "common/os/files.h"
#include "common/status/check.h"

namespace seep::cli {

ExitCode Fail(Session& session, const absl::Status& status) {
  const ExitCode code = ExitCodeOf(status);
  const std::string message(status.message());
  bool first = true;
  for (const absl::string_view line : absl::StrSplit(message, '\n', absl::SkipEmpty())) {
    const std::string shown = Printable(std::string_view(line.data(), line.size()));
    session.console.ErrLine(first ? fmt::format("seep {}: {}", session.invocation.command, shown) : shown);
    first = false;
  }
  if (first) session.console.ErrLine(fmt::format("seep {}: {}", session.invocation.command, absl::StatusCodeToString(status.code())));
  return code;
}

ExitCode RunCommand(Session& session) {
  static const std::map<std::string, ExitCode (*)(Session&)> kCommands = {
      {"run", Run},
      {"demo", Demo},
      {"validate", Validate},
      {"campaign submit", CampaignSubmit},
      {"campaign ls", CampaignList},
      {"campaign show", CampaignShow},
      {"campaign cancel", CampaignCancel},
      {"runs ls", RunsList},
      {"runs annotate", RunsAnnotate},
      {"runs show", RunsShow},
      {"runs profile", RunsProfile},
      {"runs logs", RunsLogs},
      {"runs artefacts", RunsArtefacts},
      {"runs watch", RunsWatch},
      {"runs stop", RunsStop},
      {"compare", Compare},
      {"leaks", Leaks},
      {"baseline set", BaselineSet},
      {"baseline ls", BaselineList},
      {"baseline rm", BaselineRemove},
      {"runs pin", RunsPin},
      {"runs unpin", RunsUnpin},
      {"runs rm", RunsRemove},
      {"store check", StoreCheck},
      {"store backup", StoreBackup},
      {"store compact", StoreCompact},
      {"store stats", StoreStats},
      {"store expire", StoreExpire},
      {"report", Report},
      {"export", Export},
      {"import", Import},
      {"query", Query},
      {"agents ls", AgentsList},
      {"chaos ls", ChaosList},
      {"analyze", Analyze},
      {"driver check", DriverCheck},
      {"version", Version}};
  const auto command = kCommands.find(session.invocation.command);
  SEEP_CHECK(command != kCommands.end()) << session.invocation.command;
  return command->second(session);
}

}  // namespace seep::cli
