#include "cli/commands/run_results.h"

#include "cli/render/csv_layouts.h"
#include "cli/render/json_value.h"
#include "cli/render/trend_report.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

// Which process each generation was; faults name both sides of each change.
std::map<std::uint32_t, std::int64_t> PidsOf(const v1::GetReportResponse& report) {
  std::map<std::uint32_t, std::int64_t> pids;
  for (const auto& fault : report.faults()) {
    if (fault.old_generation() > 0 && fault.old_pid() > 0) pids[fault.old_generation()] = fault.old_pid();
    if (fault.new_generation() > 0 && fault.new_pid() > 0) pids[fault.new_generation()] = fault.new_pid();
  }
  if (report.run().pid() > 0) pids[std::max(1U, report.run().generation())] = report.run().pid();
  return pids;
}

}  // namespace

void PrintReport(Session& session, const v1::GetReportResponse& report) {
  switch (session.invocation.format) {
    case Format::kTable:
    case Format::kWide:
      session.console.Out(TrendReport(report, session.console.out_style, session.invocation.format == Format::kWide));
      return;
    case Format::kCsv: session.console.Out(SeriesCsv(report)); return;
    case Format::kJson: session.console.Out(ReportDocument(report).Json(2)); return;
    case Format::kJsonLines: session.console.Out(ReportDocument(report).Json()); return;
    case Format::kYaml: session.console.Out("---\n" + ReportDocument(report).Yaml()); return;
  }
}

void PrintReports(Session& session, const std::vector<v1::GetReportResponse>& reports) {
  if (session.invocation.format != Format::kJson || reports.size() == 1) {
    for (const v1::GetReportResponse& report : reports) PrintReport(session, report);
    return;
  }
  JsonValue array = JsonValue::Array();
  for (const v1::GetReportResponse& report : reports) array.Push(ReportDocument(report));
  JsonValue document = JsonValue::Object();
  document.Set("schema_version", JsonValue::Integer(kOutputSchemaVersion)).Set("reports", std::move(array));
  session.console.Out(document.Json(2));
}

absl::Status CheckCsvLayout(const std::string& layout) { return CsvLayout::Make(layout, false).status(); }

absl::Status ExportCsv(ControlClient& client, const std::string& run_id, const std::string& layout, bool crlf,
                       const std::function<absl::Status(std::string_view)>& write) {
  SEEP_ASSIGN_OR_RETURN(CsvLayout csv, CsvLayout::Make(layout, crlf));
  if (layout == "node-monitor") {
    SEEP_ASSIGN_OR_RETURN(const v1::GetReportResponse report, client.GetReport(run_id));
    csv.SetPids(PidsOf(report));
  }
  v1::ExportSamplesRequest request;
  request.set_run_id(run_id);
  SEEP_RETURN_IF_ERROR(client.ExportSamples(request, [&](const v1::ExportSamplesResponse& message) -> absl::Status {
    SEEP_ASSIGN_OR_RETURN(const std::string rows, csv.Take(message));
    return write(rows);
  }));
  return write(csv.Finish());
}

absl::Status ExportCsvToFile(ControlClient& client, const std::string& run_id, const std::string& layout, bool crlf,
                             const std::string& path, Overwrite overwrite) {
  SEEP_ASSIGN_OR_RETURN(WholeFile file, WholeFile::Create(path, overwrite));
  SEEP_RETURN_IF_ERROR(ExportCsv(client, run_id, layout, crlf, [&](std::string_view text) { return file.Write(text); }));
  return file.Commit();
}

}  // namespace seep::cli
