#include "agent/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agent/session/fake_dialer.h"
#include "common/checksum/crc32c.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;

class SessionTest : public ::testing::Test, public SessionHandler {
 protected:
  v1::Register MakeRegister() override {
    v1::Register message;
    message.set_agent("lab-1");
    return message;
  }
  v1::Heartbeat MakeHeartbeat() override { return {}; }
  void OnWelcome() override { ++welcomes_; }
  void OnMessage(const v1::CoordinatorMessage& message) override { messages_.push_back(message); }
  void OnGivenUp(const std::string& reason) override { given_up_ = reason; }

  void Connect(std::uint32_t window = 1000) {
    ASSERT_OK(session_.Start());
    dialer_.Welcome(window);
    loop_.RunReady();
    ASSERT_TRUE(session_.connected());
  }
  void Spool(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_OK(spool_->Append("r-1", "x", [] { return std::string(); }));
      session_.NoteSample(absl::Milliseconds(250));
    }
  }
  void Ack(std::uint64_t through) {
    v1::CoordinatorMessage message;
    message.mutable_ack()->mutable_stream()->set_agent("lab-1");
    message.mutable_ack()->mutable_stream()->set_boot_epoch(spool_->epoch());
    message.mutable_ack()->mutable_stream()->set_run_id("r-1");
    message.mutable_ack()->set_through_sequence(through);
    dialer_.Deliver(message);
    loop_.RunReady();
  }
  std::vector<v1::SampleBatch> Batches() const {
    std::vector<v1::SampleBatch> batches;
    for (const auto& message : dialer_.sent) {
      if (message.has_samples()) batches.push_back(message.samples());
    }
    return batches;
  }
  int Count(v1::AgentMessage::MessageCase kind) const {
    int count = 0;
    for (const auto& message : dialer_.sent) count += message.message_case() == kind;
    return count;
  }

  TempDirectory directory_ = *TempDirectory::Create("seep-session-test");
  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  FakeDialer dialer_{loop_};
  std::unique_ptr<agent::Spool> spool_ = *agent::Spool::Open(directory_.path(), 64 << 20);
  Session session_{loop_, dialer_, *spool_, *this, "lab-1", Random(7)};
  int welcomes_ = 0;
  std::vector<v1::CoordinatorMessage> messages_;
  std::string given_up_;
};

TEST_F(SessionTest, RegistersFirstAndStartsOnce) {
  Connect();
  ASSERT_FALSE(dialer_.sent.empty());
  EXPECT_TRUE(dialer_.sent[0].has_register_());
  EXPECT_EQ(dialer_.sent[0].register_().boot_epoch(), spool_->epoch());
  EXPECT_THAT(session_.Start(), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(dialer_.dials, 1);
  EXPECT_EQ(welcomes_, 1);
}

TEST_F(SessionTest, SamplesWaitForCompanyAndComeInOneMessageASecond) {
  Connect();
  for (int second = 0; second < 10; ++second) {
    for (int i = 0; i < 4; ++i) {
      Spool(1);
      loop_.Advance(absl::Milliseconds(250));
      Ack(spool_->LastSequence({spool_->epoch(), "r-1"}));
    }
  }
  loop_.Advance(absl::Seconds(1));
  EXPECT_GE(Batches().size(), 8u);
  EXPECT_LE(Batches().size(), 11u);
  const auto batch = Batches()[0];
  EXPECT_EQ(batch.crc32c(), Crc32c(batch.block()));
  EXPECT_EQ(batch.first_sequence(), 1u);
}

TEST_F(SessionTest, NothingLeavesTheSpoolBeforeItsAcknowledgement) {
  Connect();
  Spool(10);
  loop_.Advance(absl::Seconds(2));
  EXPECT_EQ(spool_->unacknowledged(), 10u);
  Ack(7);
  EXPECT_EQ(spool_->unacknowledged(), 3u);
  Ack(99);  // more than was sent: a coordinator gone mad loses us nothing
  EXPECT_EQ(spool_->unacknowledged(), 0u);
  Spool(1);
  loop_.Advance(absl::Seconds(2));
  EXPECT_EQ(Batches().back().first_sequence(), 11u);
}

TEST_F(SessionTest, TheWindowHoldsBackWhatIsNotAcknowledged) {
  Connect(100);
  Spool(250);
  loop_.Advance(absl::Seconds(2));
  std::uint64_t on_the_wire = 0;
  for (const auto& batch : Batches()) on_the_wire += batch.count();
  EXPECT_EQ(on_the_wire, 100u);
  loop_.Advance(absl::Seconds(5));
  EXPECT_EQ(Batches().size(), 1u) << "a server that does not acknowledge gets no more";
  Ack(100);
  Ack(200);
  on_the_wire = 0;
  for (const auto& batch : Batches()) on_the_wire += batch.count();
  EXPECT_EQ(on_the_wire, 250u);
}

TEST_F(SessionTest, WhatIsNotAcknowledgedIsSentAgainOnTheNextStream) {
  Connect();
  Spool(10);
  loop_.Advance(absl::Seconds(2));
  Ack(4);
  dialer_.Close(absl::UnavailableError("kill -9"));
  loop_.RunReady();
  EXPECT_FALSE(session_.connected());
  Spool(5);
  loop_.Advance(absl::Seconds(3));
  dialer_.Welcome();
  loop_.RunReady();
  EXPECT_EQ(Batches().back().first_sequence(), 5u);
  EXPECT_EQ(Batches().back().count(), 11u);
  EXPECT_EQ(welcomes_, 2);
}

TEST_F(SessionTest, ACoordinatorWithAnOlderDatabaseGetsItAgainOrAnExplainedHole) {
  Connect();
  Spool(10);
  loop_.Advance(absl::Seconds(2));
  Ack(10);
  dialer_.Close(absl::OkStatus());
  loop_.Advance(absl::Seconds(3));
  v1::CoordinatorMessage message;
  message.mutable_welcome()->set_version(1);
  v1::Ack* ack = message.mutable_welcome()->add_acks();
  ack->mutable_stream()->set_boot_epoch(spool_->epoch());
  ack->mutable_stream()->set_run_id("r-1");
  ack->set_through_sequence(3);
  dialer_.Deliver(message);
  loop_.RunReady();
  ASSERT_FALSE(Batches().empty());
  EXPECT_EQ(Batches().back().first_sequence(), 4u) << "still in the segment being written";
  EXPECT_EQ(Batches().back().count(), 7u);
}

TEST_F(SessionTest, DialsAgainWithGrowingJitteredPauses) {
  dialer_.refuse = true;
  ASSERT_OK(session_.Start());
  loop_.Advance(absl::Minutes(5));
  EXPECT_GE(dialer_.dials, 150);
  EXPECT_LE(dialer_.dials, 320);
  std::set<std::int64_t> pauses;
  for (std::size_t i = 1; i < dialer_.dialled_at.size(); ++i) {
    const absl::Duration pause = dialer_.dialled_at[i] - dialer_.dialled_at[i - 1];
    EXPECT_LE(pause, absl::Seconds(2));
    pauses.insert(absl::ToInt64Milliseconds(pause));
  }
  EXPECT_GT(pauses.size(), 50u) << "jitter";
  dialer_.refuse = false;
  loop_.Advance(absl::Seconds(2));
  dialer_.Welcome();
  loop_.RunReady();
  EXPECT_TRUE(session_.connected());
}

TEST_F(SessionTest, SilenceBeyondTheLeaseIsADeadLink) {
  Connect();
  loop_.Advance(absl::Seconds(9));
  EXPECT_EQ(dialer_.dials, 1);
  EXPECT_GE(Count(v1::AgentMessage::kHeartbeat), 4);
  loop_.Advance(absl::Seconds(5));
  EXPECT_EQ(dialer_.dials, 2);
  EXPECT_FALSE(session_.connected());
}

TEST_F(SessionTest, ANameInUseIsTriedAgainSlowly) {
  ASSERT_OK(session_.Start());
  v1::CoordinatorMessage message;
  message.mutable_reject()->set_reason(v1::Reject::REASON_NAME_IN_USE);
  dialer_.Deliver(message);
  loop_.Advance(absl::Seconds(2));
  EXPECT_EQ(dialer_.dials, 1);
  loop_.Advance(absl::Seconds(4));
  EXPECT_EQ(dialer_.dials, 2);
  EXPECT_TRUE(given_up_.empty());
}

TEST_F(SessionTest, AnUnknownVersionIsGivenUp) {
  ASSERT_OK(session_.Start());
  v1::CoordinatorMessage message;
  message.mutable_reject()->set_reason(v1::Reject::REASON_VERSION);
  message.mutable_reject()->set_detail("I speak 7");
  dialer_.Deliver(message);
  loop_.Advance(absl::Hours(1));
  EXPECT_EQ(dialer_.dials, 1);
  EXPECT_THAT(given_up_, ::testing::HasSubstr("I speak 7"));
}

TEST_F(SessionTest, LogsWaitWhileTheLinkIsDownWithinABound) {
  ASSERT_OK(session_.Start());
  for (int i = 0; i < 200; ++i) {
    v1::LogBatch logs;
    logs.add_lines()->set_text(std::to_string(i));
    session_.SendLogs(logs);
  }
  dialer_.Welcome();
  loop_.RunReady();
  EXPECT_EQ(Count(v1::AgentMessage::kLogs), 64);
  std::uint64_t dropped = 0;
  for (const auto& message : dialer_.sent) dropped += message.logs().dropped_lines();
  EXPECT_EQ(dropped, 136u);
}

TEST_F(SessionTest, StoppingSaysGoodbyeAndDialsNoMore) {
  Connect();
  session_.Stop("done");
  EXPECT_TRUE(dialer_.sent.back().has_goodbye());
  EXPECT_TRUE(dialer_.finished);
  dialer_.Close(absl::OkStatus());
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(dialer_.dials, 1);
}

}  // namespace
}  // namespace seep::agent
