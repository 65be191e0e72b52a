#include "cli/render/time_table.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/render/gauges.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

std::string Signed(double bytes, int decimals) {
  const std::string text = FormatBytes(bytes, decimals);
  return text == "-" || bytes < 0 ? text : "+" + text;
}

std::string Rate(double bytes_per_minute) {
  return std::isfinite(bytes_per_minute) ? fmt::format("{:+.0f}", bytes_per_minute / 1000) : "-";
}

const v1::SeriesVerdict* Find(const v1::RunVerdict& verdict, const std::string& series) {
  for (const auto& candidate : verdict.series()) {
    if (candidate.series() == series) return &candidate;
  }
  return nullptr;
}

std::string Summary(const v1::GetReportResponse& report) {
  const v1::RunVerdict& verdict = report.run().verdict();
  std::string text = "--- Summary ---\n";
  if (const auto* memory = Find(verdict, report.table_series())) {
    if (std::isfinite(memory->slope_per_minute().value())) {
      text += fmt::format("Trend: {:.1f} KB/min", memory->slope_per_minute().value() / 1000);
      text += std::isfinite(memory->r_squared()) ? fmt::format(" (R²={:.2f})\n", memory->r_squared()) : "\n";
    }
    text += fmt::format("{}: {} -> {} (max: {})\n", DisplayName(report.table_series()), FormatBytes(memory->first(), 2),
                        FormatBytes(memory->last(), 2), FormatBytes(memory->max(), 2));
  }
  if (const auto* tasks = Find(verdict, report.table_tasks())) {
    text += fmt::format("{}: {} -> {} (max: {})\n", DisplayName(report.table_tasks()), FormatLevel(tasks->first(), "count"),
                        FormatLevel(tasks->last(), "count"), FormatLevel(tasks->max(), "count"));
  }
  const double operations = report.table(report.table_size() - 1).operations();
  if (!report.table_operation().empty() && std::isfinite(operations)) {
    text += fmt::format("Total {}: {}\n", Printable(report.table_operation()), FormatLevel(operations, "count"));
  }
  return text;
}

}  // namespace

std::string TimeTable(const v1::GetReportResponse& report) {
  if (report.table_size() == 0) return {};
  auto title = [](const std::string& gauge, const char* fallback) {
    return gauge.empty() ? std::string(fallback) : DisplayName(gauge);
  };
  std::string text = fmt::format("{:<11}{:<13}{:<11}{:<14}{:<12}{}\n", "Time(min)", title(report.table_series(), "Memory"),
                                 "Delta", "Rate(KB/min)", title(report.table_tasks(), "Threads"),
                                 title(report.table_operation(), "Operations"));
  text += std::string(63, '-') + "\n";
  // Tenths of a minute tell the rows of a short run no more apart.
  const int decimals = report.table(report.table_size() - 1).minutes() < 10 ? 2 : 1;
  bool first = true;
  for (const auto& row : report.table()) {
    text += fmt::format("{:<11}{:<13}{:<11}{:<14}{:<12}{}\n", fmt::format("{:.{}f}", row.minutes(), decimals),
                        FormatBytes(row.level(), 2), first ? "-" : Signed(row.delta(), 1), first ? "-" : Rate(row.rate_per_minute()),
                        FormatLevel(row.tasks(), "count"), FormatLevel(row.operations(), "count"));
    first = false;
  }
  return text + Summary(report);
}

}  // namespace seep::cli
