#include "agent/runs/run_course.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace seep::agent {
namespace {
// A target that worked for this long has earned an immediate restart.
constexpr absl::Duration kLongLife = absl::Minutes(1);
constexpr int kMaxDoublings = 5;
}  // namespace

NextStep RunCourse::After(GenerationEnd end, const std::string& detail, absl::Duration lived) {
  switch (end) {
    case GenerationEnd::kCourseRun:
    case GenerationEnd::kStopped:
      return {NextStep::Kind::kEnd, {}, v1::RUN_STATE_FINISHED, detail};
    case GenerationEnd::kAborted:
    case GenerationEnd::kCannotBegin:
    case GenerationEnd::kServiceLost:
    case GenerationEnd::kLoadFailed:
      return {NextStep::Kind::kEnd, {}, v1::RUN_STATE_FAILED, detail};
    case GenerationEnd::kFault:
      return {NextStep::Kind::kNewGeneration, {}, {}, detail};
    case GenerationEnd::kCrashed:
      break;
  }
  ++crashes_;
  if (restarts_left_ == 0) {
    return {NextStep::Kind::kEnd, {}, v1::RUN_STATE_FAILED, absl::StrCat(detail, " (crash ", crashes_, ", no restarts left)")};
  }
  --restarts_left_;
  quick_crashes_ = lived >= kLongLife ? 0 : quick_crashes_ + 1;
  // 0, 1, 2, 4 … 16 s: a host that dies at once must not take the machine along.
  const absl::Duration pause =
      quick_crashes_ <= 1 ? absl::ZeroDuration() : absl::Seconds(1 << std::min(quick_crashes_ - 2, kMaxDoublings - 1));
  return {NextStep::Kind::kNewGeneration, pause, {}, detail};
}

}  // namespace seep::agent
