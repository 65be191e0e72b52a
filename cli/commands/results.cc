// seep report, query: what is stored, on stdout.
#include <fmt/format.h>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/run_results.h"
#include "cli/render/query_rows.h"

namespace seep::cli {

ExitCode Report(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto report = connection->client().GetReport(session.invocation.object);
  if (!report.ok()) return Fail(session, report.status());
  PrintReport(session, *report);
  return ExitCode::kClean;
}

ExitCode Query(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  v1::QueryRequest request;
  request.set_sql(session.invocation.sql);
  request.set_max_rows(session.invocation.limit);
  QueryRows rows(session.invocation.format, session.console.out_style);
  const absl::Status status = connection->client().Query(request, [&](const v1::QueryResponse& message) {
    session.console.Out(rows.Take(message));
    return absl::OkStatus();
  });
  if (!status.ok()) return Fail(session, status);
  session.console.Out(rows.Finish());
  if (rows.truncated()) session.console.ErrLine(fmt::format("note: cut after {} rows; --limit asks for more, up to the server's own limit", rows.rows()));
  return ExitCode::kClean;
}

}  // namespace seep::cli
