// The rules of SPEC.md that a dispatcher answers for; the number of each is at
// its test. Those of a whole process are in sdk/simulated_wallet/host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "sdk/driver_host/testing/dispatcher_fixture.h"

namespace seep::driver_host {
namespace {

using ::testing::HasSubstr;
using testing::kHello;

using DispatcherTest = testing::DispatcherFixture;

// R-2.4
TEST_F(DispatcherTest, RefusesEverythingBeforeInitialize) {
  EXPECT_EQ(Code("metrics"), 14);
  EXPECT_EQ(Code("connect", ConnectParams("a")), 14);
  EXPECT_EQ(Code("shutdown"), 14);
  EXPECT_EQ(next_, Dispatcher::Next::kReadOn);
  Initialize();
  EXPECT_EQ(Code("initialize", kHello), -32600);
  EXPECT_EQ(Code("metrics"), 0);
}

// R-7.1
TEST_F(DispatcherTest, AgreesOnAVersion) {
  const driver::Answer refused = Call("initialize", R"({"protocol":{"major":2,"minor":0}})");
  EXPECT_EQ(refused.error->code, -32602);
  EXPECT_THAT(refused.error->message, HasSubstr("1.0"));
  const driver::Answer agreed = Call("initialize", R"({"protocol":{"major":1,"minor":9}})");
  ASSERT_OK_AND_ASSIGN(const driver::Json result, agreed.Result());
  EXPECT_EQ(result.Find("protocol")->FindInteger("minor"), 0);
  EXPECT_EQ(result.Find("sdk")->FindString("name"), "fake");
  EXPECT_EQ(result.Find("gauges")->array()->size(), 1u);
}

TEST_F(DispatcherTest, RefusesWrongInitializeParameters) {
  EXPECT_EQ(Code("initialize"), -32602);
  EXPECT_EQ(Code("initialize", R"({"protocol":{"major":"1","minor":0}})"), -32602);
  const driver::Answer setting =
      Call("initialize", R"({"protocol":{"major":1,"minor":0},"settings":{"colour":"red"}})");
  EXPECT_EQ(setting.error->code, -32602);
  EXPECT_THAT(setting.error->message, HasSubstr("colour"));
  Initialize();  // a failed one does not count as the first
}

TEST_F(DispatcherTest, RefusesUnknownMethodsAndUndeclaredOnes) {
  Initialize();
  EXPECT_EQ(Code("format_disk"), -32601);
  EXPECT_EQ(Code("heap_profile", R"({"directory":"/tmp"})"), -32601);
  EXPECT_EQ(Code("parse", R"({"input":"x"})"), -32601);
}

// R-1.4, R-1.5, R-2.5
TEST_F(DispatcherTest, AnswersWhatIsNoRequest) {
  Initialize();
  dispatcher_->HandleLine("what?");
  EXPECT_EQ(seep_->WaitForAnswerWithoutId().error->code, -32700);
  dispatcher_->HandleLine("[]");
  EXPECT_EQ(seep_->WaitForAnswerWithoutId().error->code, -32600);
  dispatcher_->HandleOverlongLine();
  EXPECT_EQ(seep_->WaitForAnswerWithoutId().error->code, -32600);
  dispatcher_->HandleLine(R"({"jsonrpc":"2.0","method":"metrics"})");
  EXPECT_EQ(Code("metrics"), 0);  // and nothing for the notification
}

// R-4.1
TEST_F(DispatcherTest, KnowsItsInstances) {
  Initialize();
  EXPECT_EQ(Code("sync", On("a")), 9);
  Connect("a");
  EXPECT_EQ(Code("connect", ConnectParams("a")), 10);
  EXPECT_EQ(Code("sync", On("a")), 0);
  EXPECT_EQ(Code("sync", On("b")), 9);
}

// R-4.2
TEST_F(DispatcherTest, DisconnectedInstancesOnlyGetTidiedUp) {
  Initialize();
  Connect("a");
  EXPECT_EQ(Code("disconnect", On("a")), 0);
  EXPECT_EQ(Code("disconnect", On("a")), 0);
  EXPECT_EQ(sdk_.counts.disconnects, 1);
  for (const char* method : {"sync", "get_info", "list_payments", "add_listener"})
    EXPECT_EQ(Code(method, On("a")), 11);
  EXPECT_EQ(Code("remove_listener", On("a", R"("listener":"plain")")), 0);
  EXPECT_EQ(Code("destroy", On("a")), 0);
  EXPECT_EQ(Code("destroy", On("a")), 9);
}

// R-4.3
TEST_F(DispatcherTest, DestroyFreesTheHandleAndNothingElse) {
  Initialize();
  Connect("a");
  EXPECT_EQ(sdk_.counts.instances, 1);
  EXPECT_EQ(Code("destroy", On("a")), 0);
  EXPECT_EQ(sdk_.counts.instances, 0);
  EXPECT_EQ(sdk_.counts.disconnects, 0);
  Connect("a");  // the name is free
}

// R-4.4
TEST_F(DispatcherTest, AFailedConnectLeavesNothing) {
  Initialize();
  sdk_.connect_status = absl::UnavailableError("no route");
  const driver::Answer failed = Call("connect", ConnectParams("a"));
  EXPECT_EQ(failed.error->code, 4);
  EXPECT_TRUE(failed.error->retryable);
  EXPECT_EQ(failed.error->sdk_error, "no route");
  EXPECT_EQ(Code("sync", On("a")), 9);
  sdk_.connect_status = absl::OkStatus();
  Connect("a");
}

// R-2.3, R-5.4
TEST_F(DispatcherTest, ASlowInstanceDelaysItsOwnCallsOnly) {
  Initialize();
  Connect("slow");
  Connect("quick");
  sdk_.gate.Close();
  const std::int64_t stuck = Send("sync", On("slow"));
  const std::int64_t behind = Send("get_info", On("slow"));
  EXPECT_EQ(Code("sync", On("quick")), 0);
  EXPECT_EQ(Code("metrics"), 0);
  EXPECT_EQ(Code("collect_garbage"), 0);
  EXPECT_FALSE(seep_->HasAnswer(stuck));
  EXPECT_FALSE(seep_->HasAnswer(behind));
  sdk_.gate.Open();
  EXPECT_FALSE(seep_->Wait(stuck).error);
  EXPECT_FALSE(seep_->Wait(behind).error);
}

// R-2.3
TEST_F(DispatcherTest, CallsOnOneInstanceKeepTheirOrder) {
  Initialize();
  Connect("slow");
  sdk_.gate.Close();
  Send("sync", On("slow"));
  const std::int64_t destroy = Send("destroy", On("slow"));
  const std::int64_t again = Send("connect", ConnectParams("slow"));
  const std::int64_t twice = Send("connect", ConnectParams("slow"));
  sdk_.gate.Open();
  EXPECT_FALSE(seep_->Wait(destroy).error);
  EXPECT_FALSE(seep_->Wait(again).error);
  EXPECT_EQ(seep_->Wait(twice).error->code, 10);
}

class ConcurrentDispatcherTest : public testing::DispatcherFixture {
 protected:
  ConcurrentDispatcherTest() : DispatcherFixture(true) {}
};

// R-2.7
TEST_F(ConcurrentDispatcherTest, StuckCallsDelayNoOtherOfTheirInstance) {
  Initialize();
  Connect("slow");
  sdk_.gate.Close();
  std::vector<std::int64_t> stuck;
  for (int i = 1; i < Dispatcher::kMaxConcurrentCalls; ++i) stuck.push_back(Send("sync", On("slow")));
  sdk_.gate.WaitForSomebody(Dispatcher::kMaxConcurrentCalls - 1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Code("get_info", On("slow")), 0);
  for (const std::int64_t id : stuck) EXPECT_FALSE(seep_->HasAnswer(id));
  sdk_.gate.Open();
  for (const std::int64_t id : stuck) EXPECT_FALSE(seep_->Wait(id).error);
}

TEST_F(ConcurrentDispatcherTest, MoreCallsThanRunAtOnceWait) {
  Initialize();
  Connect("slow");
  sdk_.gate.Close();
  std::vector<std::int64_t> all;
  for (int i = 0; i < 100; ++i) all.push_back(Send("sync", On("slow")));
  sdk_.gate.WaitForSomebody(Dispatcher::kMaxConcurrentCalls);
  sdk_.gate.Open();
  for (const std::int64_t id : all) EXPECT_FALSE(seep_->Wait(id).error);
  EXPECT_LE(sdk_.gate.most_waiting(), Dispatcher::kMaxConcurrentCalls);
}

// R-2.7
TEST_F(ConcurrentDispatcherTest, DisconnectAndDestroyKeepTheirPlace) {
  Initialize();
  Connect("slow");
  sdk_.gate.Close();
  std::vector<std::int64_t> before;
  for (int i = 0; i < 5; ++i) before.push_back(Send("sync", On("slow")));
  const std::int64_t disconnect = Send("disconnect", On("slow"));
  const std::int64_t behind = Send("get_info", On("slow"));
  const std::int64_t destroy = Send("destroy", On("slow"));
  const std::int64_t again = Send("connect", ConnectParams("slow"));
  const std::int64_t twice = Send("connect", ConnectParams("slow"));
  sdk_.gate.WaitForSomebody(5);
  EXPECT_EQ(Code("metrics"), 0);
  EXPECT_EQ(sdk_.counts.disconnects, 0);
  EXPECT_EQ(sdk_.counts.instances, 1);
  sdk_.gate.Open();
  EXPECT_FALSE(seep_->Wait(disconnect).error);
  for (const std::int64_t id : before) EXPECT_TRUE(seep_->HasAnswer(id)) << "disconnect did not wait for it";
  for (const std::int64_t id : before) EXPECT_FALSE(seep_->Wait(id).error);
  EXPECT_EQ(seep_->Wait(behind).error->code, 11);
  EXPECT_FALSE(seep_->Wait(destroy).error);
  EXPECT_FALSE(seep_->Wait(again).error);
  EXPECT_EQ(seep_->Wait(twice).error->code, 10);
}

// R-7.17
TEST_F(ConcurrentDispatcherTest, ATokenIsUsedOnceHoweverManyWantIt) {
  Initialize();
  Connect("a");
  for (int round = 0; round < 20; ++round) {
    const driver::Answer prepared = Call("prepare_send", On("a", R"("destination":"x","amount_sats":1)"));
    ASSERT_OK_AND_ASSIGN(const driver::Json result, prepared.Result());
    const std::string token(*result.FindString("prepared"));
    std::vector<std::int64_t> sends;
    for (int i = 0; i < 16; ++i) sends.push_back(Send("send", On("a", absl::StrCat(R"("prepared":")", token, "\""))));
    int paid = 0;
    for (const std::int64_t id : sends) paid += seep_->Wait(id).error ? 0 : 1;
    EXPECT_EQ(paid, 1);
  }
  EXPECT_EQ(sdk_.counts.prepared, 0);
}

// R-3.6
TEST_F(DispatcherTest, AfterAFatalErrorOnlyShutdownIsLeft) {
  Initialize();
  Connect("a");
  sdk_.info_status = absl::AbortedError("wasm trap");
  EXPECT_EQ(Code("get_info", On("a")), 15);
  EXPECT_EQ(Code("metrics"), 15);
  EXPECT_EQ(Code("sync", On("a")), 15);
  EXPECT_EQ(Code("shutdown"), 0);
  EXPECT_EQ(next_, Dispatcher::Next::kShutDown);
}

TEST_F(DispatcherTest, HoldsALimitedNumberOfInstances) {
  Initialize();
  sdk_.gate.Close();
  for (std::size_t i = 0; i < Dispatcher::kMaxInstances; ++i) Connect(absl::StrCat("i", i));
  EXPECT_EQ(Code("connect", ConnectParams("one-more")), 13);
  EXPECT_EQ(Code("destroy", On("i7")), 0);
  Connect("one-more");
}

TEST_F(DispatcherTest, LimitsRequestsInFlight) {
  Initialize();
  Connect("slow");
  sdk_.gate.Close();
  for (int i = 0; i < Dispatcher::kMaxInFlight; ++i) Send("sync", On("slow"));
  EXPECT_EQ(Code("sync", On("slow")), 13);
}

TEST_F(DispatcherTest, CloseGivesUpOnAStuckCall) {
  Initialize();
  Connect("slow");
  sdk_.gate.Close();
  Send("sync", On("slow"));
  sdk_.gate.WaitForSomebody();
  EXPECT_FALSE(dispatcher_->Close(absl::Milliseconds(20)));
}

}  // namespace
}  // namespace seep::driver_host
