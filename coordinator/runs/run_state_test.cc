#include "coordinator/runs/run_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/os/random.h"

namespace seep::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RunProgress In(v1::RunState state) {
  RunProgress progress;
  progress.state = state;
  return progress;
}
RunInput Reported(v1::RunState state) { return {RunEvent::kReported, state, ""}; }
RunInput Ended(v1::RunState state, std::string reason = "") { return {RunEvent::kEnded, state, std::move(reason)}; }

TEST(RunState, GoesThroughALife) {
  RunStep step = Step({}, {RunEvent::kPlaced, {}, ""});
  EXPECT_EQ(step.next.state, v1::RUN_STATE_ASSIGNED);
  EXPECT_THAT(step.effects, ElementsAre(RunEffect::kOffer));
  step = Step(step.next, Reported(v1::RUN_STATE_STARTING));
  step = Step(step.next, Reported(v1::RUN_STATE_RUNNING));
  EXPECT_EQ(step.next.state, v1::RUN_STATE_RUNNING);
  step = Step(step.next, Ended(v1::RUN_STATE_FINISHED));
  EXPECT_EQ(step.next.state, v1::RUN_STATE_STOPPING) << "samples may still be on their way";
  EXPECT_THAT(step.effects, IsEmpty());
  step = Step(step.next, {RunEvent::kDelivered, {}, ""});
  EXPECT_THAT(step.effects, ElementsAre(RunEffect::kClose));
  EXPECT_EQ(step.next.end->state, v1::RUN_STATE_FINISHED);
  step = Step(step.next, {RunEvent::kStopAsked, {}, ""});
  EXPECT_THAT(step.effects, IsEmpty()) << "nothing changes what is being closed";
}

TEST(RunState, LosesARunningRunAndResumesIt) {
  RunStep step = Step(In(v1::RUN_STATE_RUNNING), {RunEvent::kAgentSilent, {}, "silent"});
  EXPECT_EQ(step.next.state, v1::RUN_STATE_LOST);
  EXPECT_EQ(Step(step.next, Reported(v1::RUN_STATE_RUNNING)).next.state, v1::RUN_STATE_RUNNING);
  step = Step(step.next, {RunEvent::kLostTooLong, {}, "silent for 2h"});
  EXPECT_EQ(step.next.end->state, v1::RUN_STATE_FAILED);
  EXPECT_THAT(step.effects, ElementsAre(RunEffect::kClose));
}

TEST(RunState, RequeuesWhatWasOnlyOffered) {
  const RunStep step = Step(In(v1::RUN_STATE_ASSIGNED), {RunEvent::kAgentSilent, {}, "silent"});
  EXPECT_EQ(step.next.state, v1::RUN_STATE_QUEUED);
  EXPECT_THAT(Step(In(v1::RUN_STATE_ASSIGNED), {RunEvent::kAgentForgot, {}, ""}).effects, ElementsAre(RunEffect::kOffer))
      << "the offer may have been lost with the stream";
}

TEST(RunState, FailsWhatTheAgentNoLongerHas) {
  const RunStep step = Step(In(v1::RUN_STATE_RUNNING), {RunEvent::kAgentForgot, {}, "gone"});
  EXPECT_EQ(step.next.end->state, v1::RUN_STATE_FAILED);
  RunProgress ended = Step(In(v1::RUN_STATE_RUNNING), Ended(v1::RUN_STATE_FINISHED)).next;
  EXPECT_EQ(Step(ended, {RunEvent::kAgentForgot, {}, ""}).next.end->state, v1::RUN_STATE_FINISHED);
}

TEST(RunState, StopsAtEveryStage) {
  RunStep step = Step({}, {RunEvent::kStopAsked, {}, "by hand"});
  EXPECT_EQ(step.next.end->state, v1::RUN_STATE_CANCELLED);
  step = Step(In(v1::RUN_STATE_RUNNING), {RunEvent::kStopAsked, {}, "by hand"});
  EXPECT_THAT(step.effects, ElementsAre(RunEffect::kTellStop));
  EXPECT_EQ(step.next.state, v1::RUN_STATE_RUNNING);
  step = Step(In(v1::RUN_STATE_LOST), {RunEvent::kStopAsked, {}, "by hand"});
  EXPECT_THAT(step.effects, IsEmpty());
  step = Step(step.next, Reported(v1::RUN_STATE_RUNNING));
  EXPECT_THAT(step.effects, ElementsAre(RunEffect::kTellStop)) << "as soon as the agent is back";
}

TEST(RunState, TellsAgentsToForgetWhatIsOver) {
  for (const auto state : {v1::RUN_STATE_FINISHED, v1::RUN_STATE_FAILED, v1::RUN_STATE_CANCELLED}) {
    EXPECT_THAT(Step(In(state), Reported(v1::RUN_STATE_RUNNING)).effects, ElementsAre(RunEffect::kForget));
    EXPECT_EQ(Step(In(state), Reported(v1::RUN_STATE_RUNNING)).next.state, state);
  }
}

// Whatever comes in whatever order: an end once decided stays, kClose comes
// exactly once, and the coordinator itself never names a terminal state early.
TEST(RunState, HoldsItsInvariantsUnderAnyOrderOfEvents) {
  const RunEvent events[] = {RunEvent::kPlaced,      RunEvent::kReported,    RunEvent::kEnded,
                             RunEvent::kDelivered,   RunEvent::kAgentSilent, RunEvent::kAgentForgot,
                             RunEvent::kLostTooLong, RunEvent::kStopAsked};
  const v1::RunState live[] = {v1::RUN_STATE_STARTING, v1::RUN_STATE_RUNNING, v1::RUN_STATE_STOPPING};
  const v1::RunState ends[] = {v1::RUN_STATE_FINISHED, v1::RUN_STATE_FAILED, v1::RUN_STATE_CANCELLED};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    RunProgress progress;
    int closes = 0;
    v1::RunState end = v1::RUN_STATE_UNSPECIFIED;
    for (int i = 0; i < 30; ++i) {
      RunInput input{events[random.Below(8)], {}, ""};
      if (input.event == RunEvent::kReported) input.reported = live[random.Below(3)];
      if (input.event == RunEvent::kEnded) input.reported = ends[random.Below(3)];
      const RunStep step = Step(progress, input);
      for (const RunEffect effect : step.effects) closes += effect == RunEffect::kClose;
      progress = step.next;
      ASSERT_FALSE(IsTerminal(progress.state)) << "seed " << seed;
      if (progress.closing && end == v1::RUN_STATE_UNSPECIFIED) end = progress.end->state;
      if (progress.closing) {
        ASSERT_EQ(progress.end->state, end) << "seed " << seed;
      }
    }
    ASSERT_LE(closes, 1) << "seed " << seed;
  }
}

}  // namespace
}  // namespace seep::coordinator
