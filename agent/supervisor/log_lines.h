// What a process writes to standard error, as lines for the run's log: always
// taken, kept within a rate, the rest counted.
//
// Threads: the loop's only.
// Bounds:  4,096 bytes a line, 200 lines and 64 KiB a second (bursts of twice
//          that), 1,000 lines waiting. Overflow policy: the newest are dropped
//          and counted.
#ifndef SEEP_AGENT_SUPERVISOR_LOG_LINES_H_
#define SEEP_AGENT_SUPERVISOR_LOG_LINES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "seep/v1/agent_link.pb.h"

namespace seep::agent {

class LogLines {
 public:
  explicit LogLines(const Clock& clock);

  // A chunk of a stream; half a line waits for its end.
  void AddBytes(std::string_view source, std::string_view bytes);
  void AddLine(std::string_view source, std::string_view line);
  std::uint64_t dropped_in_all() const { return dropped_in_all_; }
  bool empty() const { return lines_.empty() && dropped_ == 0; }
  // What waits, with the number dropped since the last call; clears both.
  v1::LogBatch Take(const std::string& run_id);

 private:
  bool Afford(std::size_t bytes);

  const Clock& clock_;
  MonotonicTime refilled_;
  double line_budget_, byte_budget_;
  struct Unfinished {
    std::string text;
    bool skipping = false;  // the rest of a line that was cut
  };
  std::map<std::string, Unfinished, std::less<>> unfinished_;  // by source; there are few
  std::vector<v1::LogLine> lines_;
  std::uint64_t dropped_ = 0, dropped_in_all_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_LOG_LINES_H_
