#include "agent/driver_client/host_conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

using ::testing::HasSubstr;

class HostConversationTest : public ::testing::Test {
 protected:
  void Call(std::string_view method, const std::string& instance, absl::Duration deadline = absl::ZeroDuration()) {
    talk_.Call({method, instance, "{}", deadline}, [this](CallOutcome outcome) {
      outcomes_.push_back(outcome.ok() ? outcome.result_json : outcome.error->kind);
    });
    if (!together_) loop_.RunReady();
  }
  void Answer(int id, std::string_view result = "{}") {
    talk_.Receive(driver::EncodeAnswer(id, result));
    loop_.RunReady();
  }

  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  std::vector<std::string> written_, broken_, outcomes_;  // lines; reasons; results and kinds of errors
  int writes_ = 0;
  bool together_ = false;  // calls are made in one turn of the loop
  HostConversation talk_{loop_,
                         {[this](std::string bytes) {
                            ++writes_;
                            for (const absl::string_view line : absl::StrSplit(bytes, '\n', absl::SkipEmpty())) written_.emplace_back(line);
                          },
                          [this](std::string reason) { broken_.push_back(reason); }, nullptr}};
};

TEST_F(HostConversationTest, AnswersFindTheirCallsInAnyOrder) {
  Call("sync", "alice");
  Call("sync", "bob");
  ASSERT_EQ(written_.size(), 2u);
  EXPECT_THAT(written_[0], HasSubstr(R"("instance":"alice")"));
  EXPECT_THAT(written_[0], HasSubstr(R"("deadline_ms":30000)"));
  talk_.Receive(driver::EncodeAnswer(2, R"({"n":2})") + driver::EncodeAnswer(1, R"({"n":1})"));
  EXPECT_TRUE(outcomes_.empty()) << "answers go through the loop";
  loop_.RunReady();
  EXPECT_EQ(outcomes_, (std::vector<std::string>{R"({"n":2})", R"({"n":1})"}));
}

TEST_F(HostConversationTest, AMissedDeadlinePoisonsTheInstanceUntilItIsDestroyed) {
  Call("sync", "alice", absl::Seconds(5));
  loop_.Advance(absl::Seconds(5));
  Call("sync", "alice");
  loop_.RunReady();
  EXPECT_EQ(outcomes_, (std::vector<std::string>{"deadline_exceeded", "poisoned"}));
  EXPECT_EQ(written_.size(), 1u) << "nothing is sent to a poisoned instance";
  Answer(1);
  EXPECT_EQ(talk_.late_answers(), 1u);
  EXPECT_EQ(outcomes_.size(), 2u);
  Call("destroy", "alice");
  Answer(2);
  Call("connect", "alice");
  EXPECT_EQ(written_.size(), 3u);
  EXPECT_TRUE(broken_.empty());
}

TEST_F(HostConversationTest, WhatIsCalledInOneTurnGoesOutAsOneWrite) {
  together_ = true;
  for (int i = 0; i < 10; ++i) Call("sync", "alice");
  EXPECT_EQ(writes_, 0);
  loop_.RunReady();
  EXPECT_EQ(writes_, 1);
  EXPECT_EQ(written_.size(), 10u);
  EXPECT_THAT(written_[9], HasSubstr("\"id\":10"));
}

TEST_F(HostConversationTest, EachCallHasItsOwnDeadlineWhateverTheOrder) {
  Call("sync", "late", absl::Seconds(20));
  Call("sync", "early", absl::Seconds(5));
  Call("sync", "between", absl::Seconds(10));
  Answer(3);
  EXPECT_EQ(outcomes_.size(), 1u);
  loop_.Advance(absl::Seconds(4));
  EXPECT_EQ(outcomes_.size(), 1u);
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(outcomes_.size(), 2u);
  loop_.Advance(absl::Seconds(14));
  EXPECT_EQ(outcomes_.size(), 2u) << "the answered one is not missed";
  Call("sync", "later", absl::Seconds(3));
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(outcomes_.size(), 3u);
  loop_.Advance(absl::Seconds(2));
  EXPECT_EQ(outcomes_, (std::vector<std::string>{"{}", "deadline_exceeded", "deadline_exceeded", "deadline_exceeded"}));
}

TEST_F(HostConversationTest, AtMostSixtyFourCallsAreOnTheWire) {
  for (int i = 0; i < 100; ++i) Call("sync", "i" + std::to_string(i));
  EXPECT_EQ(written_.size(), 64u);
  Answer(1);
  EXPECT_EQ(written_.size(), 65u);
  for (int i = 0; i < 2000; ++i) Call("sync", "j" + std::to_string(i));
  loop_.RunReady();
  EXPECT_EQ(outcomes_.back(), "overloaded");
}

TEST_F(HostConversationTest, GarbageIsDroppedAndAHundredLinesBreakTheHost) {
  for (int i = 0; i < 99; ++i) talk_.Receive("Downloading... 42%\n");
  loop_.RunReady();
  EXPECT_TRUE(broken_.empty());
  Call("metrics", "");
  Answer(1);
  EXPECT_EQ(outcomes_.size(), 1u) << "real messages still get through";
  talk_.Receive(std::string("\0\x1b[31m", 6) + "\n");
  loop_.RunReady();
  ASSERT_EQ(broken_.size(), 1u);
}

TEST_F(HostConversationTest, AnOverlongLineBreaksTheHost) {
  const std::string chunk(64 << 10, 'x');
  for (int i = 0; i < 32; ++i) talk_.Receive(chunk);
  loop_.RunReady();
  ASSERT_EQ(broken_.size(), 1u);
  EXPECT_THAT(broken_[0], HasSubstr("1 MiB"));
}

TEST_F(HostConversationTest, FatalAnswersItsCallAndBreaksTheHost) {
  Call("sync", "alice");
  talk_.Receive(driver::EncodeError(1, driver::MakeCallError(driver::ErrorKind::kFatal, "wasm trap")));
  loop_.RunReady();
  EXPECT_EQ(outcomes_, (std::vector<std::string>{"fatal"}));
  ASSERT_EQ(broken_.size(), 1u);
  EXPECT_THAT(broken_[0], HasSubstr("wasm trap"));
}

TEST_F(HostConversationTest, ClosingAnswersWhatIsPending) {
  for (int i = 0; i < 70; ++i) Call("sync", "i" + std::to_string(i));
  talk_.Close("killed");
  Call("sync", "later");
  loop_.RunReady();
  EXPECT_EQ(outcomes_.size(), 71u);
  for (const std::string& outcome : outcomes_) EXPECT_EQ(outcome, "host_gone");
  loop_.Advance(absl::Hours(1));
  EXPECT_EQ(outcomes_.size(), 71u) << "exactly one answer a call";
}

TEST_F(HostConversationTest, InitializeReadsWhatTheHostIs) {
  HostIdentity identity;
  CallOutcome outcome;
  talk_.Initialize(R"({"mode":"server"})", [&](CallOutcome o, HostIdentity i) { outcome = o; identity = i; });
  loop_.RunReady();
  ASSERT_FALSE(written_.empty());
  EXPECT_THAT(written_[0], HasSubstr(R"("settings":{"mode":"server"})"));
  Answer(1, R"({"protocol":{"major":1,"minor":0},"host":{"name":"h","version":"2"},)"
            R"("sdk":{"name":"s","version":"3"},"capabilities":["payments"],)"
            R"("gauges":[{"name":"heap_in_use","unit":"bytes","kind":"gauge"},{"name":"Bad Name"}]})");
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(identity.sdk_version, "3");
  EXPECT_EQ(identity.gauges.size(), 1u);
  EXPECT_TRUE(talk_.Can("payments"));
  EXPECT_FALSE(talk_.Can("history"));
}

TEST_F(HostConversationTest, RefusesAHostOfAnotherProtocol) {
  CallOutcome outcome;
  talk_.Initialize("{}", [&](CallOutcome o, HostIdentity) { outcome = o; });
  Answer(1, R"({"protocol":{"major":7},"sdk":{"name":"s"},"capabilities":[]})");
  EXPECT_TRUE(outcome.failed_as(kBadAnswer));
  EXPECT_THAT(outcome.error->message, HasSubstr("protocol 7"));
}

}  // namespace
}  // namespace seep::agent
