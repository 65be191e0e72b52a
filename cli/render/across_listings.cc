#include "cli/render/across_listings.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/render/gauges.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

std::string WithInterval(const v1::Estimate& e, const std::string& unit) {
  if (!std::isfinite(e.value())) return "-";
  return FormatChange(e.value(), unit) + " " + FormatInterval(e, unit);
}

// "1.0 2/2, 1.1 0/3": leaking runs of all, by version.
std::string Versions(const v1::Leak& leak) {
  std::string text;
  for (const v1::LeakVersion& v : leak.versions()) {
    text += fmt::format("{}{} {}/{}", text.empty() ? "" : ", ", OrDash(v.version()), v.leaking_runs(),
                        v.leaking_runs() + v.clean_runs() + v.undecided_runs());
  }
  return text;
}

Listing LeakTable(const v1::ListLeaksResponse& response) {
  Listing listing{"leaks",
                  Table({{"SDK"}, {"SCENARIO"}, {"SERIES"}, {"FIRST IN"}, {"LAST IN"}, {"CLEAN SINCE"}, {"RUNS"}, {"PER OP [95%]"},
                         {"OPERATION"}, {"LAST SEEN"}, {"RUN"}, {"SLOPE/min [95%]", true}, {"FIRST SEEN", true}, {"VERSIONS", true}}),
                  {}};
  for (const v1::Leak& leak : response.leaks()) {
    listing.table.Add({leak.sdk(), leak.scenario(), DisplayName(leak.series()), OrDash(leak.first_version()), OrDash(leak.last_version()),
                       leak.clean_version().empty() ? Cell("not yet", Tint::kRed) : Cell(leak.clean_version(), Tint::kGreen),
                       fmt::format("{}/{}", leak.leaking_runs(), leak.runs()), WithInterval(leak.kept_per_operation(), leak.unit()),
                       OrDash(leak.operation()), FormatWallTime(leak.last_wall_us()), leak.last_run_id(),
                       WithInterval(leak.slope_per_minute(), leak.unit()), FormatWallTime(leak.first_wall_us()), Versions(leak)});
    listing.objects.push_back(JsonValue::OfMessage(leak));
  }
  return listing;
}

std::string LeakCsv(const v1::ListLeaksResponse& response) {
  auto number = [](double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); };
  std::string csv = CsvRow({"sdk", "scenario", "series", "unit", "version", "leaking_runs", "clean_runs", "undecided_runs", "operation",
                            "kept_per_operation", "kept_low", "kept_high", "slope_per_minute", "slope_low", "slope_high",
                            "first_version", "last_version", "clean_version", "newest_run"});
  for (const v1::Leak& leak : response.leaks()) {
    for (const v1::LeakVersion& v : leak.versions()) {
      const auto figure = [&](bool there, double value) { return there ? number(value) : std::string(); };
      const v1::Estimate &kept = v.kept_per_operation(), &slope = v.slope_per_minute();
      csv += CsvRow({leak.sdk(), leak.scenario(), leak.series(), leak.unit(), v.version(), fmt::format("{}", v.leaking_runs()),
                     fmt::format("{}", v.clean_runs()), fmt::format("{}", v.undecided_runs()), v.operation(),
                     figure(v.has_kept_per_operation(), kept.value()), figure(v.has_kept_per_operation(), kept.low()),
                     figure(v.has_kept_per_operation(), kept.high()), figure(v.has_slope_per_minute(), slope.value()),
                     figure(v.has_slope_per_minute(), slope.low()), figure(v.has_slope_per_minute(), slope.high()),
                     leak.first_version(), leak.last_version(), leak.clean_version(), v.run_ids_size() > 0 ? v.run_ids(0) : std::string()});
    }
  }
  return csv;
}

}  // namespace

std::string PrintedLeaks(const v1::ListLeaksResponse& response, Format format, const Style& style) {
  if (format == Format::kCsv) return LeakCsv(response);
  return LeakTable(response).Text(format, style);
}

Listing ListBaselines(const std::vector<v1::Baseline>& baselines) {
  Listing listing{"baselines", Table({{"BASELINE"}, {"RUN"}, {"SINCE"}, {"SET BY"}, {"BEFORE"}, {"NOTE"}}), {}};
  for (const v1::Baseline& baseline : baselines) {
    std::string before;
    for (int i = 1; i < std::min(baseline.history_size(), 4); ++i) {
      before += fmt::format("{}{}", before.empty() ? "" : ", ", OrDash(baseline.history(i).run_id()));
    }
    if (baseline.history_size() > 4) before += ", ...";
    listing.table.Add({baseline.name(), baseline.run_id(), FormatWallTime(baseline.set_wall_us()), OrDash(baseline.set_by()), OrDash(before),
                       OrDash(baseline.note())});
    listing.objects.push_back(JsonValue::OfMessage(baseline));
  }
  return listing;
}

std::string NoteLine(const v1::Annotation& annotation) {
  std::string text = fmt::format("{:<14}", "note");
  if (annotation.has_time()) text += fmt::format("[{}] ", FormatClock(static_cast<std::int64_t>(annotation.at_ms()) * 1000));
  return text + fmt::format("{}  ({}, {})\n", Printable(annotation.text()), Printable(OrDash(annotation.author())), FormatWallTime(annotation.wall_us()));
}

}  // namespace seep::cli
