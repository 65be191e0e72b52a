// Answers of Prometheus' /api/v1/query_range as runs: one a target (job,
// instance, pod, container), each metric a gauge. The times of all its series
// together are its samples; NaN, infinities and stale markers are absent values.
// Where the target's process_start_time_seconds changes, or without that series
// a counter begins again, a generation begins.
//
// Threads: main only.
// Owns:    the document and its values: 256 MiB at most.
// Failure: kInvalidArgument, "file: byte N: data.result[3].values[17]: what is
//          wrong, what to do".
#ifndef SEEP_CLI_RECORDINGS_PROMETHEUS_SOURCE_H_
#define SEEP_CLI_RECORDINGS_PROMETHEUS_SOURCE_H_

#include <cstdint>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/recordings/run_sender.h"

namespace seep::cli {

inline constexpr std::size_t kMaxPrometheusBytes = 96u << 20;
inline constexpr std::size_t kMaxPrometheusValues = 6'000'000;

// `column_map`: "rss=container_memory_rss,ops.payments=payments_total"; then
// only those are read. Answers notes on what was left out. Several documents in
// one array are read as one.
absl::StatusOr<std::vector<std::string>> SendPrometheus(std::streambuf& in, const std::string& name, const std::string& column_map,
                                                        const v1::Run& run, RunSender& sender);

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_PROMETHEUS_SOURCE_H_
