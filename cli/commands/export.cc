// seep export: runs as files, for other programs and for other stores.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/kept_files.h"
#include "cli/commands/run_copy.h"
#include "cli/commands/run_results.h"
#include "cli/commands/whole_file.h"
#include "cli/render/json_lines.h"
#include "cli/render/json_value.h"
#include "cli/render/trend_report.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

using Write = std::function<absl::Status(std::string_view)>;

enum class Wanted { kCsv, kJsonLines, kSqlite };

struct Request {
  std::vector<std::string> runs;
  Wanted wanted = Wanted::kCsv;
  std::string layout;
  bool crlf = false;
  std::string file, sqlite, artefacts, all;  // empty: not asked for
  Overwrite overwrite = Overwrite::kNo;
};

absl::Status ExportJsonLines(ControlClient& client, const std::string& run_id, const Write& write) {
  JsonLines lines;
  v1::ExportSamplesRequest request;
  request.set_run_id(run_id);
  request.set_everything(true);
  // Behind the samples stand files that are no lines: they need not come.
  bool enough = false;
  const absl::Status status = client.ExportSamples(request, [&](const v1::ExportSamplesResponse& message) -> absl::Status {
    enough = message.logs_size() > 0 || message.has_artefact();
    if (enough) return absl::CancelledError("that is all");
    SEEP_ASSIGN_OR_RETURN(const std::string text, lines.Take(message));
    return write(text);
  });
  if (!enough) SEEP_RETURN_IF_ERROR(status);
  SEEP_ASSIGN_OR_RETURN(const std::string rest, lines.Finish());
  return write(rest);
}

absl::Status ExportText(ControlClient& client, const Request& request, const Write& write) {
  if (request.wanted == Wanted::kCsv) return ExportCsv(client, request.runs[0], request.layout, request.crlf, write);
  for (const std::string& run : request.runs) SEEP_RETURN_IF_ERROR(ExportJsonLines(client, run, write));
  return absl::OkStatus();
}

absl::StatusOr<Request> RequestOf(const Invocation& invocation) {
  Request request;
  request.layout = invocation.layout;
  request.crlf = invocation.crlf;
  request.file = invocation.out_file;
  request.sqlite = invocation.sqlite_file;
  request.artefacts = invocation.artefacts_dir;
  request.all = invocation.all_dir;
  request.overwrite = invocation.force ? Overwrite::kYes : Overwrite::kNo;
  std::set<std::string> seen;
  for (const std::string& run : invocation.objects) {
    if (seen.insert(run).second) request.runs.push_back(run);
  }
  if (invocation.format == Format::kJsonLines || invocation.format_name == "jsonl") request.wanted = Wanted::kJsonLines;
  if (invocation.format_name == "sqlite") {
    request.wanted = Wanted::kSqlite;
    if (request.sqlite.empty()) std::swap(request.sqlite, request.file);
    if (request.sqlite.empty()) return absl::InvalidArgumentError("a SQLite copy is a file: name it with --file FILE (or --sqlite FILE)");
  }
  const bool jsonl_or_csv = invocation.format == Format::kTable || invocation.format == Format::kCsv || invocation.format == Format::kJsonLines;
  if (!jsonl_or_csv) return absl::InvalidArgumentError("-o: an export is csv, jsonl or sqlite; `seep report RUN -o json` has a run's report");
  SEEP_RETURN_IF_ERROR(CheckCsvLayout(request.layout));
  const bool text = request.sqlite.empty() && request.artefacts.empty() && request.all.empty();
  if (request.wanted == Wanted::kCsv && request.runs.size() > 1 && (text || !request.file.empty())) {
    return absl::InvalidArgumentError("a CSV file holds one run; --all DIR writes a file a run, -o jsonl and --sqlite take several");
  }
  return request;
}

absl::Status ToFile(ControlClient& client, const Request& request) {
  SEEP_ASSIGN_OR_RETURN(WholeFile file, WholeFile::Create(request.file, request.overwrite));
  SEEP_RETURN_IF_ERROR(ExportText(client, request, [&](std::string_view text) { return file.Write(text); }));
  return file.Commit();
}

absl::Status WriteReport(ControlClient& client, const std::string& run, const std::string& path, Overwrite overwrite) {
  SEEP_ASSIGN_OR_RETURN(const v1::GetReportResponse report, client.GetReport(run));
  SEEP_ASSIGN_OR_RETURN(WholeFile file, WholeFile::Create(path, overwrite));
  SEEP_RETURN_IF_ERROR(file.Write(ReportDocument(report).Json(2)));
  return file.Commit();
}

// DIR/seep.db with all runs, and for each DIR/RUN/samples.csv, run.jsonl,
// report.json, log.txt and its artefacts.
absl::Status WriteBundle(Session& session, ControlClient& client, const Request& request) {
  SEEP_RETURN_IF_ERROR(CheckFree(request.all + "/seep.db", request.overwrite));
  for (const std::string& run : request.runs) {
    const std::string home = absl::StrCat(request.all, "/", run);
    SEEP_RETURN_IF_ERROR(CheckFree(home + "/run.jsonl", request.overwrite));
    SEEP_RETURN_IF_ERROR(client.GetRun(run).status());
    SEEP_RETURN_IF_ERROR(MakeDirectories(home));
    SEEP_RETURN_IF_ERROR(ExportCsvToFile(client, run, request.layout, request.crlf, home + "/samples.csv", request.overwrite));
    Request lines = request;
    lines.runs = {run};
    lines.wanted = Wanted::kJsonLines;
    lines.file = home + "/run.jsonl";
    SEEP_RETURN_IF_ERROR(ToFile(client, lines));
    SEEP_RETURN_IF_ERROR(WriteReport(client, run, home + "/report.json", request.overwrite));
    SEEP_RETURN_IF_ERROR(FetchKeptFiles(client, run, home, request.overwrite));
  }
  return WriteStore(session, client, request.runs, request.all + "/seep.db", request.overwrite);
}

// What has expired cannot be exported; silence would look like a short run.
absl::Status TellOfExpired(Session& session, ControlClient& client, const Request& request) {
  for (const std::string& id : request.runs) {
    SEEP_ASSIGN_OR_RETURN(const v1::GetRunResponse got, client.GetRun(id));
    if (!got.run().has_expiry()) continue;
    session.console.ErrLine(fmt::format("note: {} samples of {} have left the store ({}); `seep query` finds what is kept of them in sample_rollups",
                                        got.run().expiry().samples(), Printable(id), Printable(got.run().expiry().reason())));
  }
  return absl::OkStatus();
}

absl::Status CarryOut(Session& session, ControlClient& client, const Request& request) {
  SEEP_RETURN_IF_ERROR(TellOfExpired(session, client, request));
  if (!request.all.empty()) SEEP_RETURN_IF_ERROR(WriteBundle(session, client, request));
  if (!request.sqlite.empty()) SEEP_RETURN_IF_ERROR(WriteStore(session, client, request.runs, request.sqlite, request.overwrite));
  if (!request.artefacts.empty()) {
    for (const std::string& run : request.runs) {
      SEEP_RETURN_IF_ERROR(FetchKeptFiles(client, run, absl::StrCat(request.artefacts, "/", run), request.overwrite));
    }
  }
  if (!request.file.empty()) return ToFile(client, request);
  if (!request.all.empty() || !request.sqlite.empty() || !request.artefacts.empty()) return absl::OkStatus();
  return ExportText(client, request, [&](std::string_view text) {
    session.console.Out(text);
    return absl::OkStatus();
  });
}

}  // namespace

ExitCode Export(Session& session) {
  const auto request = RequestOf(session.invocation);
  if (!request.ok()) return Fail(session, request.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const absl::Status status = CarryOut(session, connection->client(), *request);
  return status.ok() ? ExitCode::kClean : Fail(session, status);
}

}  // namespace seep::cli
