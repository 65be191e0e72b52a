// The commands, one function each; RunCommand (session.h) picks.
#ifndef SEEP_CLI_COMMANDS_COMMANDS_H_
#define SEEP_CLI_COMMANDS_COMMANDS_H_

#include "cli/commands/session.h"

namespace seep::cli {

ExitCode Run(Session& session);
ExitCode Demo(Session& session);
ExitCode Validate(Session& session);
ExitCode CampaignSubmit(Session& session);
ExitCode CampaignList(Session& session);
ExitCode CampaignShow(Session& session);
ExitCode CampaignCancel(Session& session);
ExitCode RunsList(Session& session);
ExitCode RunsAnnotate(Session& session);
ExitCode RunsShow(Session& session);
ExitCode RunsProfile(Session& session);
ExitCode RunsLogs(Session& session);
ExitCode RunsArtefacts(Session& session);
ExitCode RunsWatch(Session& session);
ExitCode RunsStop(Session& session);
ExitCode Compare(Session& session);
ExitCode Leaks(Session& session);
ExitCode BaselineSet(Session& session);
ExitCode BaselineList(Session& session);
ExitCode BaselineRemove(Session& session);
ExitCode RunsPin(Session& session);
ExitCode RunsUnpin(Session& session);
ExitCode RunsRemove(Session& session);
ExitCode StoreCheck(Session& session);
ExitCode StoreBackup(Session& session);
ExitCode StoreCompact(Session& session);
ExitCode StoreStats(Session& session);
ExitCode StoreExpire(Session& session);
ExitCode Report(Session& session);
ExitCode Export(Session& session);
ExitCode Import(Session& session);
ExitCode Query(Session& session);
ExitCode AgentsList(Session& session);
ExitCode ChaosList(Session& session);
ExitCode Analyze(Session& session);
ExitCode DriverCheck(Session& session);
ExitCode Version(Session& session);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_COMMANDS_H_
