// Which gauge a metric of Prometheus is.
#ifndef SEEP_CLI_RECORDINGS_PROMETHEUS_NAMES_H_
#define SEEP_CLI_RECORDINGS_PROMETHEUS_NAMES_H_

#include <string>
#include <string_view>

#include "seep/v1/sample.pb.h"

namespace seep::cli {

// Without an id. Well-known metrics of client libraries and cAdvisor get the
// name that Seep's own sampler gives (go_goroutines is goroutines), all others
// keep theirs; the unit is the one that the name ends in, and a name that ends
// as counters do is one.
v1::GaugeDefinition GaugeOfMetric(std::string_view metric);

// [a-z][a-z0-9_.]{0,62}: lower case, anything else an underscore.
std::string GaugeNameOf(std::string_view text);

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_PROMETHEUS_NAMES_H_
