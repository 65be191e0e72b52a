#include "cli/render/comparison.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/verdict/run_judge.h"
#include "cli/render/gauges.h"
#include "cli/render/overlay.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

Tint TintOf(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_WORSE: return Tint::kRed;
    case v1::OUTCOME_BETTER: return Tint::kGreen;
    case v1::OUTCOME_SAME: return Tint::kDim;
    default: return Tint::kYellow;
  }
}

bool Decides(const v1::SeriesComparison& s) {
  return analysis::ClassifySeries(s.series(), s.unit(), false).series_class != analysis::SeriesClass::kReservedMemory;
}

std::string Figure(const v1::Difference& d, const std::string& unit) {
  if (!d.has_delta()) return "-";
  return FormatChange(d.delta().value(), unit) + " " + FormatInterval(d.delta(), unit);
}

std::string Level(const v1::Difference& d, const std::string& unit, bool of_run) {
  const v1::Estimate& e = of_run ? d.run() : d.base();
  return (of_run ? d.has_run() : d.has_base()) ? FormatLevel(e.value(), unit) : "-";
}

std::string Who(const char* word, const v1::Run& run, const std::string& baseline) {
  const std::string version = run.sdk_version().empty() ? run.spec().target().version() : run.sdk_version();
  std::string text = fmt::format("{:<5}{}", word, Printable(run.run_id()));
  if (!baseline.empty()) text += fmt::format(" (baseline {})", Printable(baseline));
  text += fmt::format("  {}", Printable(run.spec().name()));
  if (!run.spec().target().driver().empty()) text += fmt::format("  sdk={}{}{}", Printable(run.spec().target().driver()), version.empty() ? "" : "@", Printable(version));
  if (!run.agent().empty()) text += fmt::format("  agent={}", Printable(run.agent()));
  text += fmt::format("  seed={}  {}\n", run.spec().seed(), VerdictWord(run.verdict().verdict()));
  return text;
}

Table SeriesTable(const v1::RunComparison& comparison, const Style& style) {
  const bool narrow = style.columns > 0 && style.columns < 100;
  Table table({{"SERIES"}, {"RESULT"}, {"BEFORE", narrow}, {"NOW", narrow}, {"LEVEL Δ [95%]"}, {"SLOPE/min Δ [95%]"}, {"PER OP Δ [95%]"},
               {"LEVEL ±", true}, {"SLOPE ±", true}, {"PER OP ±", true}, {"VERDICTS", true}, {"WHY NOT", true}});
  for (const v1::SeriesComparison& s : comparison.series()) {
    std::string missing;
    for (const v1::Difference* d : {&s.level(), &s.slope_per_minute(), &s.kept_per_operation()}) {
      if (!d->missing().empty()) missing += (missing.empty() ? "" : "; ") + d->missing();
    }
    std::string kept = Figure(s.kept_per_operation(), s.unit());
    if (kept != "-" && !s.operation().empty()) kept += " " + s.operation();
    table.Add({DisplayName(s.series()), Decides(s) ? Cell(OutcomeWord(s.outcome()), TintOf(s.outcome())) : Cell("(" + OutcomeWord(s.outcome()) + ")"),
               Level(s.level(), s.unit(), false), Level(s.level(), s.unit(), true), Figure(s.level(), s.unit()),
               Figure(s.slope_per_minute(), s.unit()), kept, FormatLevel(s.level().tolerance(), s.unit()),
               FormatLevel(s.slope_per_minute().tolerance(), s.unit()), FormatLevel(s.kept_per_operation().tolerance(), s.unit()),
               fmt::format("{} {}", VerdictWord(s.base_verdict()), VerdictWord(s.verdict())), missing.empty() ? "-" : missing});
  }
  return table;
}

std::string Picture(const v1::CompareRunsResponse& response, const v1::RunComparison& comparison, const Style& style) {
  for (const v1::SeriesComparison& s : comparison.series()) {
    if (s.series() != comparison.deciding_series()) continue;
    OverlayInput input{&s.base_curve(), &s.curve(), s.unit(), response.base().run_id(), comparison.run().run_id(),
                       response.align() == v1::ALIGNMENT_OPERATIONS, {}};
    for (const v1::Annotation& note : response.annotations()) {
      if (!input.by_operations && note.run_id() == comparison.run().run_id()) input.notes.push_back(static_cast<double>(note.at_ms()) / 1e3);
    }
    const std::string drawn = Overlay(input, style);
    return drawn.empty() ? drawn : fmt::format("{} by {}\n{}", DisplayName(s.series()), input.by_operations ? "operations" : "time", drawn);
  }
  return {};
}

std::string Number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

void AddFigures(const v1::Difference& d, std::vector<std::string>& row) {
  const auto of = [](bool there, double value) { return there ? Number(value) : std::string(); };
  row.push_back(of(d.has_base(), d.base().value()));
  row.push_back(of(d.has_run(), d.run().value()));
  for (const double value : {d.delta().value(), d.delta().low(), d.delta().high()}) row.push_back(of(d.has_delta(), value));
  row.push_back(Number(d.tolerance()));
  row.push_back(OutcomeWord(d.outcome()));
}

JsonValue WithoutCurves(v1::CompareRunsResponse response) {
  for (v1::RunComparison& comparison : *response.mutable_comparisons()) {
    for (v1::SeriesComparison& s : *comparison.mutable_series()) {
      s.clear_base_curve();
      s.clear_curve();
    }
  }
  return JsonValue::Document(response);
}

}  // namespace

std::string OutcomeWord(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_WORSE: return "worse";
    case v1::OUTCOME_BETTER: return "better";
    case v1::OUTCOME_SAME: return "same";
    default: return "cannot tell";
  }
}

std::string ComparisonText(const v1::CompareRunsResponse& response, const Style& style, bool wide) {
  std::string text;
  for (const v1::RunComparison& comparison : response.comparisons()) {
    if (!text.empty()) text += "\n";
    std::string top = Who("base", response.base(), response.baseline()) + Who("new", comparison.run(), "");
    for (const std::string& warning : comparison.warnings()) top += fmt::format("warning: {}\n", Printable(warning));
    text += style.ascii ? Asciified(top) : top;
    text += SeriesTable(comparison, style).Text(style, wide);
    text += Picture(response, comparison, style);
    std::string headline = Printable(comparison.headline());
    if (style.ascii) headline = Asciified(headline);
    const std::size_t word = headline.find("  ");
    if (word != std::string::npos) headline = Paint(headline.substr(0, word), TintOf(comparison.outcome()), style) + headline.substr(word);
    text += headline + "\n";
  }
  return text;
}

std::string ComparisonCsv(const v1::CompareRunsResponse& response) {
  std::vector<std::string> header = {"base", "run", "series", "unit", "outcome", "base_verdict", "verdict"};
  for (const char* figure : {"level", "slope_per_minute", "kept_per_operation"}) {
    for (const char* part : {"base", "run", "delta", "delta_low", "delta_high", "tolerance", "outcome"}) header.push_back(fmt::format("{}_{}", figure, part));
  }
  header.emplace_back("operation");
  std::string csv = CsvRow(header);
  for (const v1::RunComparison& comparison : response.comparisons()) {
    for (const v1::SeriesComparison& s : comparison.series()) {
      std::vector<std::string> row = {response.base().run_id(), comparison.run().run_id(), s.series(), s.unit(), OutcomeWord(s.outcome()),
                                      std::string(VerdictWord(s.base_verdict())), std::string(VerdictWord(s.verdict()))};
      AddFigures(s.level(), row);
      AddFigures(s.slope_per_minute(), row);
      AddFigures(s.kept_per_operation(), row);
      row.push_back(s.operation());
      csv += CsvRow(row);
    }
  }
  return csv;
}

std::string PrintedComparison(const v1::CompareRunsResponse& response, Format format, const Style& style) {
  switch (format) {
    case Format::kTable:
    case Format::kWide: return ComparisonText(response, style, format == Format::kWide);
    case Format::kCsv: return ComparisonCsv(response);
    case Format::kJson: return WithoutCurves(response).Json(2);
    case Format::kJsonLines: return WithoutCurves(response).Json();
    case Format::kYaml: break;
  }
  return WithoutCurves(response).Yaml();
}

}  // namespace seep::cli
