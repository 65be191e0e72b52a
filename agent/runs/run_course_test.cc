#include "agent/runs/run_course.h"

#include <gtest/gtest.h>

namespace seep::agent {
namespace {

TEST(RunCourse, ARunThatRanItsCourseOrWasStoppedIsFinished) {
  RunCourse course(3);
  EXPECT_EQ(course.After(GenerationEnd::kCourseRun, "", absl::Hours(1)).state, v1::RUN_STATE_FINISHED);
  EXPECT_EQ(course.After(GenerationEnd::kStopped, "asked", absl::Hours(1)).state, v1::RUN_STATE_FINISHED);
  EXPECT_EQ(course.After(GenerationEnd::kAborted, "", absl::Hours(1)).state, v1::RUN_STATE_FAILED);
}

TEST(RunCourse, FaultsCostNoRestarts) {
  RunCourse course(0);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(course.After(GenerationEnd::kFault, "", absl::Seconds(1)).kind, NextStep::Kind::kNewGeneration);
  }
}

TEST(RunCourse, CrashesAreAnsweredUntilTheBudgetIsSpent) {
  RunCourse course(2);
  EXPECT_EQ(course.After(GenerationEnd::kCrashed, "crash: signal 11", absl::Hours(1)).kind, NextStep::Kind::kNewGeneration);
  EXPECT_EQ(course.After(GenerationEnd::kCrashed, "crash: signal 11", absl::Hours(1)).kind, NextStep::Kind::kNewGeneration);
  const NextStep last = course.After(GenerationEnd::kCrashed, "crash: signal 11", absl::Hours(1));
  EXPECT_EQ(last.kind, NextStep::Kind::kEnd);
  EXPECT_EQ(last.state, v1::RUN_STATE_FAILED);
  EXPECT_EQ(last.reason, "crash: signal 11 (crash 3, no restarts left)");
}

TEST(RunCourse, ATargetThatDiesAtOnceIsRestartedEverMoreSlowly) {
  RunCourse course(1000);
  absl::Duration last;
  for (int i = 0; i < 20; ++i) {
    const absl::Duration pause = course.After(GenerationEnd::kCrashed, "", absl::Milliseconds(5)).pause;
    EXPECT_GE(pause, last);
    last = pause;
  }
  EXPECT_EQ(last, absl::Seconds(16));
  EXPECT_EQ(course.After(GenerationEnd::kCrashed, "", absl::Hours(1)).pause, absl::ZeroDuration());
}

}  // namespace
}  // namespace seep::agent
