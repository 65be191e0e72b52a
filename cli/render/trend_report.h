// The report of one run: thresholds, trend table, latencies, time table, rules, explanation, headline.
#ifndef SEEP_CLI_RENDER_TREND_REPORT_H_
#define SEEP_CLI_RENDER_TREND_REPORT_H_

#include <string>

#include "cli/console/console.h"
#include "cli/render/json_value.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

// `wide` also shows series that are not judged and more columns.
std::string TrendReport(const v1::GetReportResponse& report, const Style& style, bool wide);

// Table, rules, explanation and headline: what is said of a recording.
std::string VerdictText(const v1::RunVerdict& verdict, const Style& style, bool wide);

// The table SERIES FIRST LAST MAX SLOPE/min ... alone; also for recordings.
std::string SeriesTable(const v1::RunVerdict& verdict, const Style& style, bool wide);

// One line a series, machine-readable figures in the series' own units.
std::string SeriesCsv(const v1::GetReportResponse& report);

// schema_version, run, verdict (of the run, lifted out of it), faults, events, table.
JsonValue ReportDocument(const v1::GetReportResponse& report);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_TREND_REPORT_H_
