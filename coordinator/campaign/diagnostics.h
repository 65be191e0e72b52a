// What is wrong with a campaign, all of it at once: "FILE:LINE:COLUMN: what; what to do".
//
// Threads: one.
// Bound:   keeps kMaxDiagnostics; the same line is kept once (each cell of a
//          matrix finds it again).
#ifndef SEEP_COORDINATOR_CAMPAIGN_DIAGNOSTICS_H_
#define SEEP_COORDINATOR_CAMPAIGN_DIAGNOSTICS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/campaign/yaml_value.h"
#include "coordinator/words/nearest_word.h"

namespace seep::coordinator {

class Diagnostics {
 public:
  static constexpr std::size_t kMaxDiagnostics = 50;

  void Error(const Place& place, std::string_view what, std::string_view advice);
  void Warning(const Place& place, std::string_view what, std::string_view advice);

  bool ok() const { return errors_.empty(); }
  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // kInvalidArgument, one line a problem.
  absl::Status ToStatus() const;

 private:
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
  std::size_t unlisted_ = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CAMPAIGN_DIAGNOSTICS_H_
