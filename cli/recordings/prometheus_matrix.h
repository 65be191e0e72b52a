// The series of a matrix, as parsed, before they are runs.
#ifndef SEEP_CLI_RECORDINGS_PROMETHEUS_MATRIX_H_
#define SEEP_CLI_RECORDINGS_PROMETHEUS_MATRIX_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace seep::cli {

struct PrometheusSeries {
  std::map<std::string, std::string> labels;  // `__name__` among them
  std::vector<std::pair<std::int64_t, double>> points;  // Unix time in ms, ascending; NaN is absent
  std::uint64_t absent = 0;                   // of the points
};

// `document` is its whole text; its memory is used (and padded) in place.
absl::StatusOr<std::vector<PrometheusSeries>> ParseMatrix(std::string document, const std::string& name, std::size_t most_values);

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_PROMETHEUS_MATRIX_H_
