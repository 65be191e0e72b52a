#include "cli/commands/verdict_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/commands/judged_recording.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

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

}  // namespace

absl::Status WriteVerdictFile(Session& session) {
  const Invocation& invocation = session.invocation;
  SEEP_ASSIGN_OR_RETURN(const analysis::ReplayOptions options, ReplayOptionsOf(invocation));
  SEEP_ASSIGN_OR_RETURN(const std::vector<std::string> ids, CorpusIds(invocation.corpus));
  session.console.Out("id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s\n");
  for (const std::string& id : ids) {
    if (id.find('/') != std::string::npos) return absl::InvalidArgumentError("--corpus: labels.csv names '" + Printable(id) + "', which is no file here");
    if (session.interruption.Count() > 0) return absl::CancelledError("interrupted");
    SEEP_ASSIGN_OR_RETURN(const JudgedRecording judged, JudgeFile(invocation.corpus + "/" + id + ".csv", options, false));
    session.console.Out(CorpusRow(id, judged.result));
  }
  return absl::OkStatus();
}

}  // namespace seep::cli
