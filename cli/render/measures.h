// What a run measured besides its series, for people: thresholds, latencies,
// what the teardown left.
#ifndef SEEP_CLI_RENDER_MEASURES_H_
#define SEEP_CLI_RENDER_MEASURES_H_

#include <string>

#include "cli/console/console.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

// "  ✓ rss<400MiB  88.0MiB"; in ASCII ok, x and ?. Empty: none were set.
std::string ThresholdList(const v1::RunVerdict& verdict, const Style& style);

using OperationList = google::protobuf::RepeatedPtrField<v1::OperationFigures>;

// A row an operation, and its errors by kind; `wide` has more percentiles.
// Empty: nothing was measured.
std::string LatencyTable(const OperationList& operations, const Style& style, bool wide);

// Arrivals that found the backlog full. Empty: none did.
std::string DroppedText(const v1::RunVerdict& verdict);

// "residual: +12.3KB rss above the level before the first connect, ..."; `wide`
// also names the series that are back where they were. Empty: no teardown.
std::string ResidualText(const v1::RunVerdict& verdict, bool wide);

// 850us, 12.3ms, 1.2s.
std::string FormatLatency(double microseconds);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_MEASURES_H_
