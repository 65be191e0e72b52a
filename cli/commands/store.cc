// seep store check|backup|compact|stats|expire
#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/render/json_value.h"
#include "cli/render/quantities.h"
#include "cli/render/store_listings.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

bool IsText(Format format) { return format == Format::kTable || format == Format::kWide; }

// The whole message, its repeated part included, for programs.
std::string Document(const google::protobuf::Message& message, Format format) {
  const JsonValue document = JsonValue::Document(message);
  return format == Format::kYaml ? document.Yaml() : document.Json(format == Format::kJson ? 2 : -1);
}

template <typename Response>
void ShowProgress(Session& session, const Response& response) {
  if (response.has_progress()) session.console.Progress(Printable(ProgressLine(response.progress())));
}

// DIRECTORY and NAME of a file on this machine; the directory is empty for a plain name.
std::pair<std::string, std::string> SplitPath(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

ExitCode StoreCheck(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  v1::CheckStoreRequest request;
  request.set_quick(session.invocation.quick);
  request.set_backup(session.invocation.backup_file);
  request.set_max_findings(session.invocation.limit);
  v1::CheckStoreResponse all;
  const absl::Status checked = connection->client().CheckStore(request, [&](const v1::CheckStoreResponse& response) {
    ShowProgress(session, response);
    all.mutable_findings()->MergeFrom(response.findings());
    if (response.has_result()) *all.mutable_result() = response.result();
    return absl::OkStatus();
  });
  if (!checked.ok()) return Fail(session, checked);
  const Format format = session.invocation.format;
  if (IsText(format) || format == Format::kCsv) {
    if (all.findings_size() > 0 || format == Format::kCsv) {
      session.console.Out(ListFindings({all.findings().begin(), all.findings().end()}).Text(format, session.console.out_style));
    }
    if (IsText(format)) session.console.Out(CheckSummary(all.result()));
  } else {
    session.console.Out(Document(all, format));
  }
  return all.result().findings() == 0 ? ExitCode::kClean : ExitCode::kFailed;
}

ExitCode StoreBackup(Session& session) {
  auto [directory, name] = SplitPath(session.invocation.backup_file);
  if (!directory.empty() && !session.invocation.server.empty()) {
    return Fail(session, absl::InvalidArgumentError("with --server give a plain NAME: the backup is written to the coordinator's own backup "
                                                    "directory, on its machine (its --backup-dir, or DATA_DIR/backups)"));
  }
  if (!directory.empty()) directory = std::filesystem::absolute(directory).string();
  auto connection = Connection::Open(session, Connection::Purpose::kRead, directory);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  if (!directory.empty() && connection->fleet() == nullptr) {
    return Fail(session, absl::FailedPreconditionError("a run is under way on this data directory, and its coordinator writes backups to "
                                                       "DATA_DIR/backups; give a plain NAME"));
  }
  v1::BackUpStoreRequest request;
  request.set_name(name);
  v1::BackUpResult result;
  const absl::Status done = connection->client().BackUpStore(request, [&](const v1::BackUpStoreResponse& response) {
    ShowProgress(session, response);
    if (response.has_result()) result = response.result();
    return absl::OkStatus();
  });
  if (!done.ok()) return Fail(session, done);
  const Format format = session.invocation.format;
  session.console.Out(IsText(format) || format == Format::kCsv
                          ? fmt::format("{}  {}  {}", Printable(result.path()), FormatBytes(static_cast<double>(result.bytes())), CheckSummary(result.check()))
                          : Document(result, format));
  return ExitCode::kClean;
}

ExitCode StoreCompact(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  v1::CompactStoreRequest request;
  request.set_rewrite(session.invocation.rewrite);
  v1::CompactResult result;
  const absl::Status done = connection->client().CompactStore(request, [&](const v1::CompactStoreResponse& response) {
    ShowProgress(session, response);
    if (response.has_result()) result = response.result();
    return absl::OkStatus();
  });
  if (!done.ok()) return Fail(session, done);
  if (!IsText(session.invocation.format) && session.invocation.format != Format::kCsv) {
    session.console.Out(Document(result, session.invocation.format));
    return ExitCode::kClean;
  }
  const auto size = [](std::uint64_t bytes) { return FormatBytes(static_cast<double>(bytes)); };
  session.console.Out(fmt::format("{} -> {} ({} free within)\n", size(result.bytes_before()), size(result.bytes_after()), size(result.free_bytes())));
  if (!result.note().empty()) session.console.ErrLine(Printable(result.note()));
  return ExitCode::kClean;
}

ExitCode StoreStats(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto stats = connection->client().GetStoreStats();
  if (!stats.ok()) return Fail(session, stats.status());
  session.console.Out(ShowStats(*stats, session.invocation.format, session.console.out_style));
  return ExitCode::kClean;
}

ExitCode StoreExpire(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  v1::ExpireStoreRequest request;
  request.set_dry_run(session.invocation.dry_run);
  std::vector<v1::ExpiredRun> runs;
  v1::ExpireResult result;
  const absl::Status done = connection->client().ExpireStore(request, [&](const v1::ExpireStoreResponse& response) {
    ShowProgress(session, response);
    runs.insert(runs.end(), response.runs().begin(), response.runs().end());
    if (response.has_result()) result = response.result();
    return absl::OkStatus();
  });
  if (!done.ok()) return Fail(session, done);
  session.console.Out(ListExpired(runs).Text(session.invocation.format, session.console.out_style));
  const std::string what = result.dry_run() ? fmt::format("{} runs would let data go", result.runs())
                                            : fmt::format("{} runs let {} rows go in {:.1f} s", result.runs(), result.rows(), result.seconds());
  session.console.ErrLine(result.note().empty() ? what : what + "; " + Printable(result.note()));
  return ExitCode::kClean;
}

}  // namespace seep::cli
