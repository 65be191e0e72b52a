#include "coordinator/fleet/fleet.h"

#include "common/clock/fake_clock.h"
#include "common/status/status_matchers.h"

namespace seep::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::StatusIs;

v1::Register Request(std::string name, std::string instance) {
  v1::Register request;
  request.set_min_version(1);
  request.set_max_version(3);
  request.set_agent(std::move(name));
  request.set_instance_id(std::move(instance));
  request.set_slots(4);
  request.set_host("here");
  return request;
}

class FleetTest : public ::testing::Test {
 protected:
  v1::Reject::Reason Refusal(const v1::Register& request, LinkId link) {
    const auto answer = fleet_.Admit(request, link);
    const auto* reject = std::get_if<v1::Reject>(&answer);
    return reject == nullptr ? v1::Reject::REASON_UNSPECIFIED : reject->reason();
  }
  FakeClock clock_;
  Fleet fleet_{clock_, absl::Seconds(15)};
  v1::Heartbeat beat_;
};

TEST_F(FleetTest, AdmitsAndPicksTheHighestCommonVersion) {
  const auto answer = fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  ASSERT_TRUE(std::holds_alternative<Admitted>(answer));
  EXPECT_EQ(std::get<Admitted>(answer).version, 1u);
  EXPECT_EQ(fleet_.LinkOf("lab-1"), LinkId::kNone) << "nothing may be sent before the Welcome";
  EXPECT_FALSE(fleet_.Find("lab-1")->connected());
  EXPECT_EQ(fleet_.AgentOf(LinkId{1}), "lab-1");
  EXPECT_TRUE(fleet_.Welcome(LinkId{1}));
  EXPECT_EQ(fleet_.LinkOf("lab-1"), LinkId{1});
  EXPECT_TRUE(fleet_.Find("lab-1")->connected());
}

TEST_F(FleetTest, RefusesWhatItCannotSpeakOrRead) {
  v1::Register future = Request("lab-1", "a");
  future.set_min_version(2);
  EXPECT_EQ(Refusal(future, LinkId{1}), v1::Reject::REASON_VERSION);
  EXPECT_EQ(Refusal(Request("Lab 1", "a"), LinkId{1}), v1::Reject::REASON_BAD_REQUEST);
  EXPECT_EQ(Refusal(Request("lab-1", ""), LinkId{1}), v1::Reject::REASON_BAD_REQUEST);
  v1::Register slots = Request("lab-1", "a");
  slots.set_slots(1'000'000);
  EXPECT_EQ(Refusal(slots, LinkId{1}), v1::Reject::REASON_BAD_REQUEST);
  EXPECT_THAT(fleet_.List(), IsEmpty());
}

TEST_F(FleetTest, RefusesASecondLiveAgentOfTheName) {
  fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  fleet_.Welcome(LinkId{1});
  EXPECT_EQ(Refusal(Request("lab-1", "b"), LinkId{2}), v1::Reject::REASON_NAME_IN_USE);
  EXPECT_EQ(fleet_.LinkOf("lab-1"), LinkId{1});
}

TEST_F(FleetTest, LetsARestartedAgentTakeItsNameBack) {
  fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  fleet_.Disconnected(LinkId{1});
  EXPECT_EQ(Refusal(Request("lab-1", "b"), LinkId{2}), v1::Reject::REASON_UNSPECIFIED) << "the stream is dead";
  clock_.Advance(absl::Seconds(15));
  const auto answer = fleet_.Admit(Request("lab-1", "c"), LinkId{3});
  ASSERT_TRUE(std::holds_alternative<Admitted>(answer)) << "the lease has expired";
  EXPECT_EQ(std::get<Admitted>(answer).superseded, LinkId{2});
  EXPECT_FALSE(std::get<Admitted>(answer).same_process);
}

TEST_F(FleetTest, LetsTheSameProcessReplaceItsOwnStream) {
  fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  const auto answer = fleet_.Admit(Request("lab-1", "a"), LinkId{2});
  ASSERT_TRUE(std::holds_alternative<Admitted>(answer));
  EXPECT_EQ(std::get<Admitted>(answer).superseded, LinkId{1});
  EXPECT_TRUE(std::get<Admitted>(answer).same_process);
  fleet_.Disconnected(LinkId{1});
  EXPECT_FALSE(fleet_.Welcome(LinkId{1}));
  EXPECT_TRUE(fleet_.Welcome(LinkId{2}));
  EXPECT_EQ(fleet_.LinkOf("lab-1"), LinkId{2}) << "the old stream's end says nothing about the new one";
}

TEST_F(FleetTest, KeepsTheLeaseWithHeartbeatsAndEndsItInSilence) {
  fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(absl::Seconds(10));
    EXPECT_OK(fleet_.Heartbeat("lab-1", beat_));
    EXPECT_THAT(fleet_.TakeExpired(), IsEmpty());
  }
  clock_.Advance(absl::Seconds(15));
  EXPECT_THAT(fleet_.Heartbeat("lab-1", beat_), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("expired")))
      << "late is late, also before the sweep";
  EXPECT_THAT(fleet_.TakeExpired(), ElementsAre("lab-1"));
  EXPECT_THAT(fleet_.TakeExpired(), IsEmpty()) << "told once";
  EXPECT_THAT(fleet_.Heartbeat("lab-1", beat_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(fleet_.Heartbeat("nobody", beat_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(FleetTest, RemembersAcrossARestartWithoutCallingItConnected) {
  v1::AgentInfo stored;
  stored.set_agent("lab-1");
  stored.set_connected(true);
  stored.set_draining(true);
  fleet_.Remember(stored);
  EXPECT_FALSE(fleet_.Find("lab-1")->connected());
  fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  fleet_.Welcome(LinkId{1});
  EXPECT_TRUE(fleet_.Find("lab-1")->connected());
  EXPECT_TRUE(fleet_.Find("lab-1")->draining()) << "draining outlives restarts";
}

TEST_F(FleetTest, ShowsTheAgentsClockOffset) {
  fleet_.Admit(Request("lab-1", "a"), LinkId{1});
  beat_.set_wall_us(clock_.WallNow().micros() + 2'000'000);
  EXPECT_OK(fleet_.Heartbeat("lab-1", beat_));
  EXPECT_EQ(fleet_.ClockOffset("lab-1"), absl::Seconds(2));
}

}  // namespace
}  // namespace seep::coordinator
