// seep query: read-only SQL across every run, and what there is to ask about.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/saved_queries.h"
#include "cli/render/query_rows.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

using Messages = std::function<absl::Status(const v1::QueryResponse&)>;

absl::Status Ask(ControlClient& client, const std::string& sql, std::uint32_t limit, const Messages& take) {
  v1::QueryRequest request;
  request.set_sql(sql);
  request.set_max_rows(limit);
  return client.Query(request, take);
}

v1::QueryResponse::Row TextRow(std::initializer_list<std::string> texts) {
  v1::QueryResponse::Row row;
  for (const std::string& text : texts) row.add_values()->set_text(text);
  return row;
}

// Asked of the coordinator, so that it is true of the store that is there.
absl::StatusOr<v1::QueryResponse> Schema(ControlClient& client) {
  std::vector<std::string> names = {"samples"};  // a table of the query worker's, in no schema
  SEEP_RETURN_IF_ERROR(Ask(client, "SELECT name FROM sqlite_schema WHERE type = 'view'", 0, [&](const v1::QueryResponse& message) {
    for (const auto& row : message.rows()) names.push_back(row.values(0).text());
    return absl::OkStatus();
  }));
  std::sort(names.begin(), names.end());
  v1::QueryResponse schema;
  for (const char* column : {"view", "columns"}) schema.add_columns(column);
  for (const std::string& name : names) {
    std::string columns;
    SEEP_RETURN_IF_ERROR(Ask(client, absl::StrCat("SELECT * FROM ", name, " LIMIT 0"), 0, [&](const v1::QueryResponse& message) {
      absl::StrAppend(&columns, absl::StrJoin(message.columns(), ", "));
      return absl::OkStatus();
    }));
    *schema.add_rows() = TextRow({name, columns});
  }
  return schema;
}

absl::StatusOr<v1::QueryResponse> Saved(const SavedQueries& queries) {
  SEEP_ASSIGN_OR_RETURN(const auto list, queries.List());
  v1::QueryResponse saved;
  for (const char* column : {"name", "sql"}) saved.add_columns(column);
  for (const auto& [name, sql] : list) *saved.add_rows() = TextRow({name, sql});
  return saved;
}

ExitCode Print(Session& session, const absl::StatusOr<v1::QueryResponse>& message) {
  if (!message.ok()) return Fail(session, message.status());
  QueryRows rows(session.invocation.format, session.console.out_style);
  session.console.Out(rows.Take(*message));
  session.console.Out(rows.Finish());
  return ExitCode::kClean;
}

// What is to be asked: as typed, or by its name.
absl::StatusOr<std::string> SqlOf(Session& session) {
  const Invocation& i = session.invocation;
  if (!absl::StartsWith(i.sql, "@")) return i.sql;
  SEEP_ASSIGN_OR_RETURN(const SavedQueries queries, SavedQueries::Of(session.environment));
  return queries.Load(i.sql.substr(1));
}

ExitCode KeepQueries(Session& session) {
  const Invocation& i = session.invocation;
  const auto queries = SavedQueries::Of(session.environment);
  if (!queries.ok()) return Fail(session, queries.status());
  if (i.list_saved) return Print(session, Saved(*queries));
  const absl::Status kept = i.forget_query.empty() ? queries->Save(i.save_query, i.sql) : queries->Forget(i.forget_query);
  return kept.ok() ? ExitCode::kClean : Fail(session, kept);
}

absl::Status CheckAsked(const Invocation& i) {
  const bool wants_sql = !i.show_schema && !i.list_saved && i.forget_query.empty();
  if (wants_sql && i.sql.empty()) {
    return absl::InvalidArgumentError("give one SELECT, or @NAME of a saved query; --schema shows what there is to ask about");
  }
  if (!wants_sql && !i.sql.empty()) return absl::InvalidArgumentError("--schema, --saved and --forget take no SQL");
  if (!i.save_query.empty() && absl::StartsWith(i.sql, "@")) return absl::InvalidArgumentError("--save wants the SQL itself");
  return absl::OkStatus();
}

}  // namespace

ExitCode Query(Session& session) {
  const Invocation& i = session.invocation;
  if (const absl::Status asked = CheckAsked(i); !asked.ok()) return Fail(session, asked);
  if (i.list_saved || !i.forget_query.empty() || !i.save_query.empty()) return KeepQueries(session);
  const auto sql = SqlOf(session);
  if (!sql.ok()) return Fail(session, sql.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  if (i.show_schema) return Print(session, Schema(connection->client()));
  QueryRows rows(i.format, session.console.out_style);
  const std::string asked = i.explain_query ? absl::StrCat("EXPLAIN QUERY PLAN ", *sql) : *sql;
  const absl::Status status = Ask(connection->client(), asked, i.limit, [&](const v1::QueryResponse& message) {
    session.console.Out(rows.Take(message));
    return absl::OkStatus();
  });
  if (!status.ok()) return Fail(session, status);
  session.console.Out(rows.Finish());
  if (rows.truncated()) {
    session.console.ErrLine(fmt::format("note: cut after {} rows; --limit asks for more, up to the server's own limit", rows.rows()));
  }
  return ExitCode::kClean;
}

}  // namespace seep::cli
