// seep report: what is stored of a run, on stdout.
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/run_results.h"

namespace seep::cli {

ExitCode Report(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto report = connection->client().GetReport(session.invocation.object);
  if (!report.ok()) return Fail(session, report.status());
  PrintReport(session, *report);
  return ExitCode::kClean;
}

}  // namespace seep::cli
