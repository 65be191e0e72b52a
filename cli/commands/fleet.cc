// seep agents ls, chaos ls, version
#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/render/listings.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

std::string VersionText(const v1::GetVersionResponse* server, Format format) {
  if (format == Format::kTable || format == Format::kWide) {
    std::string text = fmt::format("seep {}\n", SEEP_RELEASE);
    if (server != nullptr) {
      text += fmt::format("coordinator {}  agent link {}..{}  database schema {}\n", Printable(server->release()),
                          server->min_link_version(), server->max_link_version(), server->schema_version());
    }
    return text;
  }
  JsonValue document = JsonValue::Object();
  document.Set("schema_version", JsonValue::Integer(kOutputSchemaVersion));
  document.Set("release", JsonValue::String(SEEP_RELEASE));
  if (server != nullptr) document.Set("coordinator", JsonValue::OfMessage(*server));
  return format == Format::kYaml ? document.Yaml() : document.Json(format == Format::kJsonLines ? -1 : 2);
}

}  // namespace

ExitCode AgentsList(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto agents = connection->client().ListAgents();
  if (!agents.ok()) return Fail(session, agents.status());
  session.console.Out(ListAgents(*agents).Text(session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode ChaosList(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  v1::ListFaultsRequest request;
  request.set_run_id(session.invocation.object);
  request.set_limit(session.invocation.limit);
  const auto faults = connection->client().ListFaults(request);
  if (!faults.ok()) return Fail(session, faults.status());
  session.console.Out(ListFaults(*faults).Text(session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode Version(Session& session) {
  if (session.invocation.server.empty()) {
    session.console.Out(VersionText(nullptr, session.invocation.format));
    return ExitCode::kClean;
  }
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, connection.status());
  const auto server = connection->client().GetVersion();
  if (!server.ok()) return Fail(session, server.status());
  session.console.Out(VersionText(&*server, session.invocation.format));
  return ExitCode::kClean;
}

}  // namespace seep::cli
