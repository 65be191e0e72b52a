// seep runs logs|artefacts|profile: what is kept with a run besides samples.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>

#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/commands/kept_files.h"
#include "cli/render/json_value.h"
#include "cli/render/quantities.h"
#include "cli/render/table.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

using StoredLine = v1::ListLogsResponse::StoredLine;

struct LogFilter {
  std::unique_ptr<re2::RE2> pattern;  // null: all
  absl::Duration since = absl::InfiniteDuration();
};

absl::StatusOr<LogFilter> FilterOf(const Invocation& invocation) {
  LogFilter filter;
  if (!invocation.grep.empty()) {
    re2::RE2::Options quiet;
    quiet.set_log_errors(false);
    filter.pattern = std::make_unique<re2::RE2>(invocation.grep, quiet);
    if (!filter.pattern->ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--grep: '", Printable(invocation.grep), "' is no regular expression: ", filter.pattern->error()));
    }
  }
  if (!invocation.since.empty()) {
    const auto since = ParseDuration(invocation.since);
    if (!since.ok()) return Annotate(since.status(), "--since");
    filter.since = *since;
  }
  return filter;
}

// A run's log is bounded (4 MiB), so it is read whole: what is the last so long
// is known once the newest line is.
absl::StatusOr<std::vector<StoredLine>> ReadLog(ControlClient& client, const std::string& run_id, const LogFilter& filter) {
  std::vector<StoredLine> lines;
  std::int64_t newest_us = 0;
  v1::ListLogsRequest request;
  request.set_run_id(run_id);
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const v1::ListLogsResponse page, client.ListLogs(request));
    for (const StoredLine& line : page.lines()) {
      newest_us = std::max(newest_us, line.wall_us());
      if (!filter.pattern || re2::RE2::PartialMatch(line.text(), *filter.pattern)) lines.push_back(line);
    }
    if (page.next_after_id() == 0) break;
    request.set_after_id(page.next_after_id());
  }
  const double since_us = absl::ToDoubleMicroseconds(filter.since);
  std::erase_if(lines, [&](const StoredLine& line) { return static_cast<double>(line.wall_us()) < static_cast<double>(newest_us) - since_us; });
  std::stable_sort(lines.begin(), lines.end(), [](const StoredLine& a, const StoredLine& b) { return a.wall_us() < b.wall_us(); });
  return lines;
}

std::string LogText(const StoredLine& line, Format format) {
  if (format == Format::kTable || format == Format::kWide) {
    return fmt::format("{} {:<8} {}\n", FormatWallTime(line.wall_us()), Printable(line.source()), Printable(line.text()));
  }
  if (format == Format::kCsv) return CsvRow({FormatWallTime(line.wall_us()), line.source(), line.text()});
  return JsonValue::OfMessage(line).Json() + "\n";
}

// A name comes from another machine: it becomes a file's, so it must be one.
bool IsPlainName(const std::string& name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

absl::Status Fetch(Session& session, ControlClient& client, const std::string& name) {
  const Invocation& invocation = session.invocation;
  const std::string directory = invocation.out_file.empty() ? "." : invocation.out_file;
  SEEP_ASSIGN_OR_RETURN(const std::uint64_t size, FetchArtefactTo(client, invocation.object, name, directory, Overwrite::kYes));
  session.console.Out(fmt::format("{}  {}\n", Printable(absl::StrCat(directory, "/", name)), FormatBytes(static_cast<double>(size))));
  return absl::OkStatus();
}

std::string ListingOf(const v1::ListArtefactsResponse& listed, Format format, const Style& style) {
  if (format == Format::kJson || format == Format::kYaml) {
    const JsonValue document = JsonValue::Document(listed);
    return format == Format::kYaml ? document.Yaml() : document.Json(2);
  }
  Table table({{"NAME"}, {"KIND"}, {"FORMAT"}, {"REASON"}, {"AT"}, {"GENERATION"}, {"SIZE"}});
  for (const v1::Artefact& artefact : listed.artefacts()) {
    table.Add({artefact.name(), artefact.kind(), artefact.format(), artefact.reason(), FormatClock(static_cast<std::int64_t>(artefact.at_ms()) * 1000),
               absl::StrCat(artefact.generation()), FormatBytes(static_cast<double>(artefact.size()))});
  }
  if (format == Format::kCsv) return table.Csv();
  return table.empty() ? "" : table.Text(style, format == Format::kWide);
}

}  // namespace

absl::StatusOr<std::uint64_t> FetchArtefactTo(ControlClient& client, const std::string& run_id, const std::string& name,
                                              const std::string& directory, Overwrite overwrite) {
  if (!IsPlainName(name)) return absl::InvalidArgumentError(absl::StrCat("'", Printable(name), "' is no artefact's name"));
  SEEP_ASSIGN_OR_RETURN(WholeFile file, WholeFile::Create(absl::StrCat(directory, "/", name), overwrite, 0600));  // a heap may hold secrets
  v1::FetchArtefactRequest request;
  request.set_run_id(run_id);
  request.set_name(name);
  v1::Artefact told;
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  SEEP_RETURN_IF_ERROR(client.FetchArtefact(request, [&](const v1::FetchArtefactResponse& piece) {
    if (piece.has_artefact()) told = piece.artefact();
    size += piece.data().size();
    crc = ExtendCrc32c(crc, piece.data());
    return file.Write(piece.data());
  }));
  const bool sound = told.name().empty() || (told.size() == size && (told.crc32c() == 0 || told.crc32c() == crc));
  if (!sound) return absl::DataLossError(absl::StrCat("artefact ", name, ": what came is not what was kept (checksum); run `seep store check`"));
  SEEP_RETURN_IF_ERROR(file.Commit());
  return size;
}

absl::Status FetchKeptFiles(ControlClient& client, const std::string& run_id, const std::string& directory, Overwrite overwrite) {
  SEEP_ASSIGN_OR_RETURN(const v1::ListArtefactsResponse listed, client.ListArtefacts(run_id));
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory));
  for (const v1::Artefact& artefact : listed.artefacts()) {
    SEEP_RETURN_IF_ERROR(FetchArtefactTo(client, run_id, artefact.name(), directory, overwrite).status());
  }
  SEEP_ASSIGN_OR_RETURN(const std::vector<StoredLine> lines, ReadLog(client, run_id, {}));
  SEEP_ASSIGN_OR_RETURN(WholeFile log, WholeFile::Create(directory + "/log.txt", overwrite, 0600));
  for (const StoredLine& line : lines) SEEP_RETURN_IF_ERROR(log.Write(LogText(line, Format::kTable)));
  return log.Commit();
}

ExitCode RunsLogs(Session& session) {
  const auto filter = FilterOf(session.invocation);
  if (!filter.ok()) return Fail(session, filter.status());
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto lines = ReadLog(connection->client(), session.invocation.object, *filter);
  if (!lines.ok()) return Fail(session, lines.status());
  if (session.invocation.format == Format::kCsv) session.console.Out(CsvRow({"time", "source", "text"}));
  for (const StoredLine& line : *lines) session.console.Out(LogText(line, session.invocation.format));
  return ExitCode::kClean;
}

ExitCode RunsArtefacts(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const auto listed = connection->client().ListArtefacts(session.invocation.object);
  if (!listed.ok()) return Fail(session, listed.status());
  if (session.invocation.artefact.empty()) {
    session.console.Out(ListingOf(*listed, session.invocation.format, session.console.out_style));
    return ExitCode::kClean;
  }
  std::vector<std::string> names{session.invocation.artefact};
  if (session.invocation.artefact == "all") {
    names.clear();
    for (const v1::Artefact& artefact : listed->artefacts()) names.push_back(artefact.name());
  }
  for (const std::string& name : names) {
    if (const absl::Status fetched = Fetch(session, connection->client(), name); !fetched.ok()) return Fail(session, fetched);
  }
  return ExitCode::kClean;
}

ExitCode RunsProfile(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  v1::ProfileRunRequest request;
  request.set_run_id(session.invocation.object);
  const auto asked = connection->client().ProfileRun(request);
  if (!asked.ok()) return Fail(session, asked.status());
  session.console.Out(fmt::format("profiles are being taken; `seep runs artefacts {}` lists them in a moment\n", Printable(session.invocation.object)));
  return ExitCode::kClean;
}

}  // namespace seep::cli
