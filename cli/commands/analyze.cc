// seep analyze: recordings judged without a server.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/judged_recording.h"
#include "cli/commands/verdict_file.h"
#include "cli/render/json_value.h"
#include "cli/render/trend_report.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr int kNameWidth = 18;
constexpr int kNarrowestPicture = 10;

// The deciding series large, the others a line each.
std::string Pictures(const JudgedRecording& judged, const Style& style) {
  const v1::RunVerdict& verdict = judged.report.run().verdict();
  const int columns = (style.columns > 0 ? style.columns : 80) - kNameWidth - 4;
  std::string text, chart;
  for (const auto& series : verdict.series()) {
    const auto picture = judged.pictures.find(series.series());
    if (!series.judged() || picture == judged.pictures.end()) continue;
    if (series.series() == verdict.deciding_series()) {
      chart = Printable(series.series()) + "\n" + judged.charts.at(series.series()).Text(series, style);
      continue;
    }
    const std::string line = picture->second.Text(style.ascii, static_cast<std::size_t>(std::max(columns, kNarrowestPicture)));
    if (!line.empty()) text += fmt::format("  {:<{}} {}\n", Printable(series.series()).substr(0, kNameWidth), kNameWidth, line);
  }
  return chart + text;
}

JsonValue Document(const JudgedRecording& judged) {
  JsonValue notes = JsonValue::Array();
  for (const std::string& note : judged.result.notes) notes.Push(JsonValue::String(note));
  JsonValue recording = JsonValue::Object();
  recording.Set("file", JsonValue::String(judged.report.run().run_id()))
      .Set("layout", JsonValue::String(judged.result.layout.name))
      .Set("rows", JsonValue::Unsigned(judged.result.rows))
      .Set("seconds", JsonValue::Number(judged.result.seconds))
      .Set("notes", std::move(notes));
  return ReportDocument(judged.report).Set("recording", std::move(recording));
}

// One section a file; the CSV of several is one table.
void Print(Session& session, const JudgedRecording& judged, bool many, bool first) {
  const Style& style = session.console.out_style;
  const Format format = session.invocation.format;
  for (const std::string& note : judged.result.notes) session.console.ErrLine("seep analyze: " + Printable(note));
  if (format == Format::kCsv) {
    const std::string csv = SeriesCsv(judged.report);
    return session.console.Out(first ? csv : csv.substr(csv.find('\n') + 1));
  }
  if (format == Format::kYaml) return session.console.Out("---\n" + Document(judged).Yaml());
  if (format == Format::kJson || format == Format::kJsonLines) {
    return session.console.Out(Document(judged).Json(format == Format::kJson && !many ? 2 : -1));
  }
  session.console.Out(fmt::format("{}{}  {} rows, {:.1f} min, layout {}\n", first ? "" : "\n", judged.report.run().run_id(),
                                  judged.result.rows, judged.result.seconds / 60, Printable(judged.result.layout.name)));
  session.console.Out(Pictures(judged, style));
  session.console.Out(VerdictText(judged.report.run().verdict(), style, format == Format::kWide));
}

ExitCode AnalyzeFiles(Session& session) {
  const Invocation& invocation = session.invocation;
  const auto options = ReplayOptionsOf(invocation);
  if (!options.ok()) return Fail(session, options.status());
  if (std::count(invocation.files.begin(), invocation.files.end(), "-") > 1) {
    return Fail(session, absl::InvalidArgumentError("standard input (-) can be read once only"));
  }
  std::vector<ExitCode> codes;
  bool first = true;
  for (const std::string& file : invocation.files) {
    if (session.interruption.Count() > 0) return ExitCode::kInterrupted;
    const auto judged = JudgeFile(file, *options, true);
    if (!judged.ok()) {
      codes.push_back(Fail(session, judged.status()));
      continue;
    }
    Print(session, *judged, invocation.files.size() > 1, first);
    first = false;
    codes.push_back(ExitCodeOf(judged->report.run()));
  }
  // A file that could not be read outweighs what the others say.
  const bool unread = std::find(codes.begin(), codes.end(), ExitCode::kUsage) != codes.end();
  return unread ? ExitCode::kUsage : LoudestOf(codes);
}

}  // namespace

ExitCode Analyze(Session& session) {
  const Invocation& invocation = session.invocation;
  if (invocation.corpus.empty() == invocation.files.empty()) {
    return Fail(session, absl::InvalidArgumentError("give recordings (FILE.csv..., - for standard input), or --corpus DIR"));
  }
  if (invocation.corpus.empty()) return AnalyzeFiles(session);
  if (invocation.format != Format::kCsv) {
    return Fail(session, absl::InvalidArgumentError("--corpus writes a verdict file; add -o csv"));
  }
  const absl::Status status = WriteVerdictFile(session);
  return status.ok() ? ExitCode::kClean : Fail(session, status);
}

}  // namespace seep::cli
