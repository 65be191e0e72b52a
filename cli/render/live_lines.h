// The lines of one run while it goes:
//
//   run r-0193  payments  sdk=simulated-wallet  agent=local  seed=20261101
//   [00:00:30] RSS=63.0MB (+1.1MB) HeapAlloc=47.12MB (+2.12MB) Threads=18 FDs=42 Payments=6 Listeners=2
//   [00:01:00] chaos: kill gen 1→2 (pid 4121→4377, 310 ms)
//   [00:12:00] verdict: suspect so far: rss, first alarm at 12 min, needs to hold until 36 min
//
// Feeding the same update twice (a resumed watch replays) prints nothing new.
//
// Threads: main only.
#ifndef SEEP_CLI_RENDER_LIVE_LINES_H_
#define SEEP_CLI_RENDER_LIVE_LINES_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/render/gauges.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

struct LivePace {
  // Least time of the run between two lines; 0: chosen from the run's own
  // sampling interval and duration, so that a short run has about 60 lines
  // and a long one a line per 30 s.
  std::int64_t interval_us = 0;
};

class LiveLines {
 public:
  explicit LiveLines(LivePace pace = {}) : pace_(pace) {}

  // What `update` adds, without line ends or prefixes.
  std::vector<std::string> Take(const v1::RunUpdate& update);

  // "00:00:42 of 00:01:00  RSS=63.0MB  provisional CLEAN"
  std::string Progress() const;

  const v1::Run& run() const { return run_; }
  bool has_run() const { return has_run_; }

 private:
  void TakeRun(const v1::Run& run, std::vector<std::string>& lines);
  void TakeVerdict(const v1::RunVerdict& verdict, std::vector<std::string>& lines);
  void TakeSample(const v1::Sample& sample, std::vector<std::string>& lines);
  void TakeFault(const v1::FaultReport& fault, std::vector<std::string>& lines);
  void TakeEvent(const v1::RunEvent& event, std::vector<std::string>& lines);
  std::int64_t Interval() const;
  std::string SampleLine(std::int64_t at_us);
  std::string Plain(const std::string& gauge) const;

  const LivePace pace_;
  v1::Run run_;
  bool has_run_ = false;
  bool header_shown_ = false;
  std::string waiting_reason_;
  std::string alarm_;  // the series of the alarm that was told of last, until it is withdrawn
  double alarm_began_s_ = 0;
  bool confirmed_ = false;
  Gauges gauges_;
  std::map<std::string, double> last_printed_;  // levels of the last line, for the deltas
  std::int64_t last_sample_us_ = -1;
  std::int64_t next_line_us_ = 0;
  std::set<std::string> shown_faults_;
  std::uint64_t last_event_ = 0;
};

// The first line of a run, also on reports.
std::string RunHeader(const v1::Run& run);
// "kill gen 1→2 (pid 4121→4377, 310 ms)", "kill failed: ..."
std::string FaultText(const v1::FaultReport& fault);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_LIVE_LINES_H_
