// What is done with a run's results: printed, exported.
#ifndef SEEP_CLI_COMMANDS_RUN_RESULTS_H_
#define SEEP_CLI_COMMANDS_RUN_RESULTS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "cli/commands/session.h"
#include "cli/commands/whole_file.h"
#include "cli/control/control_client.h"

namespace seep::cli {

// In the format of -o, on stdout.
void PrintReport(Session& session, const v1::GetReportResponse& report);

// Of one campaign: JSON is one document, {schema_version, reports} when there
// are several.
void PrintReports(Session& session, const std::vector<v1::GetReportResponse>& reports);

absl::Status CheckCsvLayout(const std::string& layout);

// Streams the samples through `layout` into `write`.
absl::Status ExportCsv(ControlClient& client, const std::string& run_id, const std::string& layout, bool crlf,
                       const std::function<absl::Status(std::string_view)>& write);
absl::Status ExportCsvToFile(ControlClient& client, const std::string& run_id, const std::string& layout, bool crlf,
                             const std::string& path, Overwrite overwrite);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_RUN_RESULTS_H_
