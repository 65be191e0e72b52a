// Runs as JSON lines, one object a line: all that is kept of a run's course, so
// that `seep import` makes the same run of it again.
//
//   {"type":"run","schema_version":1,"source":{...},"gauges":[...],"run":{...}}
//   {"type":"generation"|"gap"|"fault"|"event", ...}           as the run has them
//   {"type":"sample","sequence":1,"monotonic_us":0,"wall_us":0,"generation":1,"phase":"soak",
//    "gauges":{"rss":61923328,...},"operations":[...]}
//   {"type":"end","samples":1}
// Runs follow each other. `run` and what is not a sample are the messages of
// proto/seep/v1 in protobuf's own JSON; `source` says where the run was.
#ifndef SEEP_CLI_RENDER_JSON_LINES_H_
#define SEEP_CLI_RENDER_JSON_LINES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

class JsonLines {
 public:
  // Lines that `message` adds. The run's own line waits for the gauges.
  absl::StatusOr<std::string> Take(const v1::ExportSamplesResponse& message);
  // The rest, once the run's messages have ended; then another may begin.
  absl::StatusOr<std::string> Finish();

 private:
  absl::Status AddRun(std::string& out);
  void AddSample(const v1::Sample& sample, std::string& out) const;

  v1::Run run_;
  bool told_ = false;               // the run's own line
  std::vector<v1::GaugeDefinition> gauges_;
  std::string notes_;               // lines that stand behind it
  std::vector<std::string> keys_;   // "\"rss\":", by id
  std::uint64_t samples_ = 0;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_JSON_LINES_H_
