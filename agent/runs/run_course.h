// Where a run stands and what comes next: pure, event in, decision out.
//
// Threads: one at a time. No time, no I/O.
#ifndef SEEP_AGENT_RUNS_RUN_COURSE_H_
#define SEEP_AGENT_RUNS_RUN_COURSE_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "seep/v1/run.pb.h"

namespace seep::agent {

// How one generation's life ended.
enum class GenerationEnd {
  kCourseRun,     // its time was up, or its lifecycles were done; ended gracefully
  kStopped,       // somebody asked; ended gracefully
  kAborted,       // somebody insists; killed
  kFault,         // chaos: the next one is wanted
  kCrashed,       // ended by itself, hung, or broke the protocol
  kCannotBegin,   // the scenario is not possible with this host
  kServiceLost,   // a companion service ended
  kLoadFailed,    // the load ended with an error, or did not begin; ended gracefully
};

struct NextStep {
  enum class Kind { kNewGeneration, kEnd };
  Kind kind = Kind::kEnd;
  absl::Duration pause;  // before the new generation
  v1::RunState state = v1::RUN_STATE_FAILED;  // when it ends
  std::string reason;
};

class RunCourse {
 public:
  explicit RunCourse(std::uint32_t max_restarts_on_crash) : restarts_left_(max_restarts_on_crash) {}

  // `detail` is what happened; `lived` how long the generation had worked.
  NextStep After(GenerationEnd end, const std::string& detail, absl::Duration lived);
  std::uint32_t crashes() const { return crashes_; }

 private:
  std::uint32_t restarts_left_;
  std::uint32_t crashes_ = 0;
  int quick_crashes_ = 0;  // in a row
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_RUN_COURSE_H_
