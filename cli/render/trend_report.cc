#include "cli/render/trend_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/render/across_listings.h"
#include "cli/render/gauges.h"
#include "cli/render/listings.h"
#include "cli/render/live_lines.h"
#include "cli/render/measures.h"
#include "cli/render/quantities.h"
#include "cli/render/store_listings.h"
#include "cli/render/table.h"
#include "cli/render/time_table.h"
#include "cli/render/verdict_so_far.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

std::string Name(const v1::SeriesVerdict& series) { return Printable(series.series()); }

std::string PerOperation(const v1::SeriesVerdict& series, bool wide) {
  const v1::Estimate& kept = series.kept_per_operation();
  if (series.operation().empty() || !std::isfinite(kept.value())) return "-";
  // A figure whose interval spans zero is noise divided by a count.
  if (!wide && (!std::isfinite(kept.low()) || kept.low() <= 0)) return "-";
  const bool readable = kept.value() >= 0.1 && kept.value() < 100;  // "1.00": exactly one a lifecycle
  std::string text = series.unit() == "bytes" ? FormatBytes(kept.value())
                     : readable               ? fmt::format("{:.2f}", kept.value())
                                              : FormatNumber(kept.value());
  if (wide) text += fmt::format(" {} per {}", FormatInterval(kept, series.unit()), Printable(series.operation()));
  return text;
}

// Detailed gauges (pss, uss) are read so much less often that a short run
// cannot judge them; that is no news.
bool WorthALine(const v1::SeriesVerdict& series, std::uint64_t most_samples) {
  const bool rare = series.verdict() == v1::VERDICT_INCONCLUSIVE && series.samples() * 4 < most_samples;
  return series.judged() && !rare;
}

std::string RSquared(double value) { return std::isfinite(value) ? fmt::format("{:.2f}", value) : "-"; }

std::string Duration(const v1::Run& run) {
  if (run.started_wall_us() <= 0) return "not started";
  if (run.ended_wall_us() <= run.started_wall_us()) return "still going";
  return FormatSpan(std::round(static_cast<double>(run.ended_wall_us() - run.started_wall_us()) / 1e5) / 10);
}

std::string Facts(const v1::GetReportResponse& report) {
  const v1::Run& run = report.run();
  std::string facts = fmt::format("{}, {}, {} samples", EnumWord(v1::RunState_Name(run.state())), Duration(run), run.samples());
  if (run.samples_lost() > 0) facts += fmt::format(" ({} lost)", run.samples_lost());
  if (run.generation() > 1) facts += fmt::format(", {} generations", run.generation());
  if (run.interrupted()) facts += ", stopped by a person before its time";
  if (run.verdict().provisional() && !run.verdict().headline().empty()) facts += ", verdict provisional";
  std::string text = facts + "\n";
  if (run.has_stopped_early()) text += EarlyStopText(run) + "\n";
  else if (run.has_aborted()) text += Printable(run.state_reason()) + "\n";
  const bool said = run.state() == v1::RUN_STATE_FINISHED || run.has_stopped_early();
  if (!said && !run.state_reason().empty()) {
    text += fmt::format("{}: {}\n", EnumWord(v1::RunState_Name(run.state())), Printable(run.state_reason()));
  }
  return text;
}

std::string Chaos(const v1::GetReportResponse& report) {
  std::string text;
  int healed = 0, other = 0;
  for (const auto& fault : report.faults()) {
    (fault.state() == v1::FAULT_STATE_HEALED ? healed : other)++;
    if (fault.state() != v1::FAULT_STATE_HEALED && other <= 10) {
      text += fmt::format("chaos: {}\n", FaultText(fault));
    }
  }
  if (report.faults_size() > 0) text = fmt::format("chaos: {} faults, {} healed\n", report.faults_size(), healed) + text;
  return text;
}

std::string Rules(const v1::RunVerdict& verdict, bool wide) {
  std::string text;
  for (const auto& finding : verdict.rules()) {
    if (!finding.applicable() && !wide) continue;
    const char* word = !finding.applicable() ? "n/a" : finding.breached() ? "BREACHED" : "ok";
    text += fmt::format("  {:<8} {:<9} {}: {}{}{}\n", word, Printable(finding.rule_set()), Printable(finding.series()),
                        Printable(finding.rule()), finding.measured().empty() ? "" : "  ", Printable(finding.measured()));
  }
  return text.empty() ? text : "--- Rules ---\n" + text;
}

// Why, in words: of each series that is not simply fine, and of the deciding one.
std::string Explanations(const v1::RunVerdict& verdict, bool wide) {
  std::string text;
  for (const auto& series : verdict.series()) {
    const bool loud = series.verdict() == v1::VERDICT_LEAK || series.verdict() == v1::VERDICT_SUSPECT;
    const bool shown = wide || (series.judged() && (loud || series.series() == verdict.deciding_series()));
    if (shown && !series.explanation().empty()) {
      text += fmt::format("  {}: {}\n", Name(series), Printable(series.explanation()));
    }
  }
  return text.empty() ? text : "--- Explanation ---\n" + text;
}

// Rules, explanation, and the headline last.
std::string Reasons(const v1::RunVerdict& verdict, const Style& style, bool wide) {
  std::string text = Rules(verdict, wide) + Explanations(verdict, wide);
  const std::string word = Unconfirmed(verdict) || ConfirmedEarly(verdict) ? VerdictSoFar(verdict)
                                                                           : std::string(VerdictWord(verdict.verdict()));
  std::string headline = HeadlineSoFar(verdict);
  if (headline.empty()) headline = fmt::format("{}  the run has no verdict yet", word == "-" ? "INCONCLUSIVE" : word);
  if (style.ascii) {
    text = Asciified(text);
    headline = Asciified(headline);
  }
  if (headline.rfind(word, 0) == 0) {
    headline = Paint(word, TintSoFar(verdict), style) + headline.substr(word.size());
  }
  return text + headline + "\n";
}

}  // namespace

std::string SeriesTable(const v1::RunVerdict& verdict, const Style& style, bool wide) {
  // The verdict is the last column: what a narrow terminal cannot hold goes before it.
  const bool narrow = style.columns > 0 && style.columns < 100, tiny = narrow && style.columns < 80;
  Table table({{"SERIES"}, {"FIRST", narrow}, {"LAST"}, {"MIN", true}, {"MAX", tiny}, {"SLOPE/min"}, {"95% CI", tiny}, {"PER OP"}, {"R²", narrow},
               {"VERDICT"}, {"SAMPLES", true}, {"P", true}, {"TOLERANCE/min", true}, {"DETECTABLE/min", true},
               {"DETECTABLE/op", true}, {"SHAPE", true}});
  std::uint64_t most_samples = 0;
  for (const auto& s : verdict.series()) most_samples = std::max<std::uint64_t>(most_samples, s.samples());
  for (const auto& s : verdict.series()) {
    if (!wide && !WorthALine(s, most_samples)) continue;
    const std::string& unit = s.unit();
    const std::string word = s.judged() ? VerdictSoFar(verdict, s) : "-";
    table.Add({Name(s), FormatLevel(s.first(), unit), FormatLevel(s.last(), unit), FormatLevel(s.min(), unit),
               FormatLevel(s.max(), unit), FormatChange(s.slope_per_minute().value(), unit),
               FormatInterval(s.slope_per_minute(), unit), PerOperation(s, wide), RSquared(s.r_squared()),
               Cell(word, s.judged() ? TintSoFar(verdict, s) : Tint::kNone), fmt::format("{}", s.samples()),
               RSquared(s.probability()), FormatLevel(s.tolerance_per_minute(), unit),
               FormatLevel(s.detectable_per_minute(), unit), FormatLevel(s.detectable_per_operation(), unit),
               s.shape().empty() ? std::string("-") : s.shape()});
  }
  return table.empty() ? std::string("(no series to judge: the run has too few samples)\n") : table.Text(style, wide);
}

std::string TrendReport(const v1::GetReportResponse& report, const Style& style, bool wide) {
  const v1::RunVerdict& verdict = report.run().verdict();
  const std::string kept = KeptSamples(report.run());
  const std::string told = kept.empty() ? "" : fmt::format("kept: {}; the verdict is that of the raw samples\n", Printable(kept));
  const std::string facts = RunHeader(report.run()) + "\n" + told + Facts(report) + Chaos(report) + ResidualText(verdict, wide) + TimeTable(report) +
                            Notes(report.annotations());
  return ThresholdList(verdict, style) + "=== Memory Trend Report ===\n" + SeriesTable(verdict, style, wide) +
         LatencyTable(verdict.operations(), style, wide) + DroppedText(verdict) + (style.ascii ? Asciified(facts) : facts) +
         Reasons(verdict, style, wide);
}

std::string VerdictText(const v1::RunVerdict& verdict, const Style& style, bool wide) {
  return SeriesTable(verdict, style, wide) + Reasons(verdict, style, wide);
}

std::string SeriesCsv(const v1::GetReportResponse& report) {
  auto number = [](double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); };
  std::string csv = CsvRow({"run_id", "series", "unit", "verdict", "judged", "first", "last", "min", "max", "samples",
                            "slope_per_minute", "slope_low", "slope_high", "operation", "kept_per_operation",
                            "kept_low", "kept_high", "r_squared", "probability", "explanation"});
  for (const auto& s : report.run().verdict().series()) {
    csv += CsvRow({report.run().run_id(), s.series(), s.unit(), s.judged() ? std::string(VerdictWord(s.verdict())) : "",
                   s.judged() ? "true" : "false", number(s.first()), number(s.last()), number(s.min()), number(s.max()),
                   fmt::format("{}", s.samples()), number(s.slope_per_minute().value()), number(s.slope_per_minute().low()),
                   number(s.slope_per_minute().high()), s.operation(), number(s.kept_per_operation().value()),
                   number(s.kept_per_operation().low()), number(s.kept_per_operation().high()), number(s.r_squared()),
                   number(s.probability()), Printable(s.explanation())});
  }
  return csv;
}

JsonValue ReportDocument(const v1::GetReportResponse& report) {
  v1::GetReportResponse rest = report;
  JsonValue verdict = JsonValue::OfMessage(report.run().verdict());
  rest.mutable_run()->clear_verdict();
  return JsonValue::Document(rest).Set("verdict", std::move(verdict));
}

}  // namespace seep::cli
