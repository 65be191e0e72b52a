// seep analyze: recordings judged without a server.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "analysis/recording/replay.h"
#include "cli/arguments/nearest_word.h"
#include "cli/commands/commands.h"
#include "cli/render/json_value.h"
#include "cli/render/picture.h"
#include "cli/render/trend_report.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "proto/verdict/verdict_messages.h"

namespace seep::cli {
namespace {

struct Analyzed {
  v1::GetReportResponse report;
  analysis::ReplayResult result;
  std::map<std::string, Picture> pictures;
};

absl::Status CheckRules(const std::vector<std::string>& rules) {
  static const std::vector<std::string> kSets = {"memtest", "listings", "soak"};
  for (const std::string& rule : rules) {
    if (std::find(kSets.begin(), kSets.end(), rule) != kSets.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat("--rules: no rule set '", Printable(rule), "'; there are memtest, listings, soak",
                                                   DidYouMean(rule, kSets)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Analyzed> AnalyzeFile(const std::string& path, const Invocation& invocation, bool pictures) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(Printable(path), ": is a directory; name its files, or use --corpus"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat(Printable(path), ": cannot be read: ", std::strerror(errno)));
  Analyzed analyzed;
  std::vector<Picture> drawn;
  analysis::ReplayOptions options;
  options.recording.column_map = invocation.map;
  options.policy.rule_sets = invocation.rules;
  if (pictures) {
    options.each_row = [&drawn](const analysis::RunSample& row) {
      if (drawn.size() < row.values.size()) drawn.resize(row.values.size());
      for (std::size_t i = 0; i < row.values.size(); ++i) drawn[i].Add(row.values[i]);
    };
  }
  SEEP_ASSIGN_OR_RETURN(analyzed.result, analysis::JudgeRecording(in, Printable(path), options));
  v1::Run& run = *analyzed.report.mutable_run();
  run.set_run_id(Printable(path));
  run.set_state(v1::RUN_STATE_FINISHED);
  *run.mutable_verdict() = ToMessage(analyzed.result.verdict);
  run.set_samples(analyzed.result.rows);
  const auto& series = analyzed.result.verdict.series;
  for (std::size_t i = 0; i < drawn.size() && i < series.size(); ++i) analyzed.pictures[series[i].series] = drawn[i];
  return analyzed;
}

std::string Pictures(const Analyzed& analyzed, bool ascii) {
  std::string text;
  for (const auto& series : analyzed.report.run().verdict().series()) {
    const auto picture = analyzed.pictures.find(series.series());
    if (!series.judged() || picture == analyzed.pictures.end()) continue;
    text += fmt::format("  {:<18} {}\n", Printable(series.series()), picture->second.Text(ascii));
  }
  return text;
}

void Print(Session& session, const Analyzed& analyzed, bool many) {
  const Style& style = session.console.out_style;
  const Format format = session.invocation.format;
  if (format == Format::kCsv) return session.console.Out(SeriesCsv(analyzed.report));
  if (format == Format::kYaml) return session.console.Out("---\n" + ReportDocument(analyzed.report).Yaml());
  if (format == Format::kJson || format == Format::kJsonLines) {
    return session.console.Out(ReportDocument(analyzed.report).Json(format == Format::kJson && !many ? 2 : -1));
  }
  session.console.Out(fmt::format("{}  {} rows, {:.1f} min, layout {}\n", analyzed.report.run().run_id(), analyzed.result.rows,
                                  analyzed.result.seconds / 60, Printable(analyzed.result.layout.name)));
  session.console.Out(Pictures(analyzed, style.ascii));
  session.console.Out(VerdictText(analyzed.report.run().verdict(), style, format == Format::kWide));
  if (many) session.console.Out("\n");
}

// id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s: KB
// and units a minute, as the corpus has them.
std::string CorpusRow(const std::string& id, const analysis::ReplayResult& result) {
  const analysis::RunVerdict& verdict = result.verdict;
  const std::string word(analysis::VerdictName(verdict.verdict));
  const auto deciding = std::find_if(verdict.series.begin(), verdict.series.end(),
                                     [&](const analysis::SeriesVerdict& s) { return s.series == verdict.deciding_series; });
  if (deciding == verdict.series.end()) return absl::StrCat(id, ",", word, ",,0,0,0,0,,\n");
  const auto index = static_cast<std::size_t>(deciding - verdict.series.begin());
  const double scale = deciding->unit == "bytes" ? 1024 : 1;
  const auto& slope = deciding->slope_per_minute;
  const double kept = deciding->per_operation.kept.value;
  auto number = [](double value) { return std::isfinite(value) ? fmt::format("{:.5f}", value) : std::string("0"); };
  return fmt::format("{},{},{},{:.5f},{},{},{},{},{}\n", id, word, result.series_headers[index], deciding->probability,
                     number(slope.value / scale), number(slope.low / scale), number(slope.high / scale),
                     std::isfinite(kept) ? fmt::format("{:.5f}", kept) : "",
                     verdict.verdict == analysis::Verdict::kLeak ? fmt::format("{:.3f}", result.seconds) : "");
}

absl::StatusOr<std::vector<std::string>> CorpusIds(const std::string& directory) {
  const auto labels = ReadFile(directory + "/labels.csv", 64 << 20);
  if (!labels.ok()) return absl::InvalidArgumentError(absl::StrCat("--corpus: ", labels.status().message()));
  std::vector<std::string> ids;
  bool header = true;
  for (const absl::string_view line : absl::StrSplit(*labels, '\n', absl::SkipWhitespace())) {
    const std::string id(line.substr(0, line.find_first_of(",\r")));
    if (!std::exchange(header, false) && !id.empty()) ids.push_back(id);
  }
  if (ids.empty()) return absl::InvalidArgumentError("--corpus: labels.csv names no recordings");
  return ids;
}

absl::Status AnalyzeCorpus(Session& session) {
  const Invocation& invocation = session.invocation;
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> ids, CorpusIds(invocation.corpus));
  session.console.Out("id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s\n");
  for (const std::string& id : ids) {
    if (id.find('/') != std::string::npos) return absl::InvalidArgumentError("--corpus: labels.csv names '" + Printable(id) + "', which is no file here");
    if (session.interruption.Count() > 0) return absl::CancelledError("interrupted");
    SEEP_ASSIGN_OR_RETURN(const Analyzed analyzed, AnalyzeFile(invocation.corpus + "/" + id + ".csv", invocation, false));
    session.console.Out(CorpusRow(id, analyzed.result));
  }
  return absl::OkStatus();
}

}  // namespace

ExitCode Analyze(Session& session) {
  const Invocation& invocation = session.invocation;
  if (const auto rules = CheckRules(invocation.rules); !rules.ok()) return Fail(session, rules);
  if (invocation.corpus.empty() == invocation.files.empty()) {
    return Fail(session, absl::InvalidArgumentError("give recordings (FILE.csv...), or --corpus DIR"));
  }
  if (!invocation.corpus.empty()) {
    if (invocation.format != Format::kCsv) return Fail(session, absl::InvalidArgumentError("--corpus writes a verdict file; add -o csv"));
    const absl::Status status = AnalyzeCorpus(session);
    return status.ok() ? ExitCode::kClean : Fail(session, status);
  }
  std::vector<ExitCode> codes;
  for (const std::string& file : invocation.files) {
    if (session.interruption.Count() > 0) return ExitCode::kInterrupted;
    const auto analyzed = AnalyzeFile(file, invocation, true);
    if (!analyzed.ok()) {
      codes.push_back(Fail(session, analyzed.status()));
      continue;
    }
    Print(session, *analyzed, invocation.files.size() > 1);
    codes.push_back(ExitCodeOf(analyzed->report.run()));
  }
  // A file that could not be read outweighs what the others say.
  const bool unread = std::find(codes.begin(), codes.end(), ExitCode::kUsage) != codes.end();
  return unread ? ExitCode::kUsage : LoudestOf(codes);
}

}  // namespace seep::cli
