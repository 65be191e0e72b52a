// What goes into a call and what comes out, through the dispatcher.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "sdk/driver_host/testing/dispatcher_fixture.h"

namespace seep::driver_host {
namespace {

using ::testing::HasSubstr;
using testing::kSeed;

using InstanceCallsTest = testing::DispatcherFixture;

TEST_F(InstanceCallsTest, ChecksConnectParameters) {
  Initialize();
  const std::string ok = absl::StrCat(R"("storage_dir":")", storage_.path(), "\"");
  const std::string seed = absl::StrCat(R"("seed":")", kSeed, "\"");
  EXPECT_EQ(Code("connect"), -32602);
  EXPECT_EQ(Code("connect", ConnectParams("has space")), -32602);
  EXPECT_EQ(Code("connect", ConnectParams(std::string(65, 'a'))), -32602);
  EXPECT_EQ(Code("connect", On("a", R"("network":"moon",)" + ok + "," + seed)), -32602);
  EXPECT_EQ(Code("connect", On("a", R"("network":"local","storage_dir":"relative",)" + seed)),
            -32602);
  EXPECT_EQ(
      Code("connect", On("a", R"("network":"local","storage_dir":"/does/not/exist",)" + seed)),
      -32602);
  EXPECT_EQ(Code("connect", On("a", R"("network":"local",)" + ok)), -32602);
  EXPECT_EQ(Code("connect", On("a", R"("network":"local","mnemonic":"x",)" + ok + "," + seed)),
            -32602);
  EXPECT_EQ(Code("connect", On("a", R"("network":"local","deadline_ms":0,)" + ok + "," + seed)),
            -32602);
  EXPECT_EQ(sdk_.counts.instances, 0);
}

// R-5.5
TEST_F(InstanceCallsTest, AConnectThatEndsAfterItsDeadlineIsTakenDown) {
  Initialize();
  std::string params = ConnectParams("late");
  params.replace(params.size() - 1, 1, R"(,"deadline_ms":5})");
  EXPECT_EQ(Code("connect", params), 12);
  EXPECT_EQ(sdk_.counts.disconnects, 1);
  EXPECT_EQ(sdk_.counts.instances, 0);
  EXPECT_EQ(Code("destroy", On("late")), 9) << "there is no such instance";
}

TEST_F(InstanceCallsTest, HandsContextAndMissingNetworkToTheSdk) {
  Initialize();
  std::string params = ConnectParams("a");
  params.replace(params.size() - 1, 1, R"(,"context":"shared","network_down":true})");
  ASSERT_EQ(Code("connect", params), 0);
  EXPECT_EQ(sdk_.last_connect.context, "shared");
  EXPECT_TRUE(sdk_.last_connect.network_down);
  Connect("b");
  EXPECT_EQ(sdk_.last_connect.context, "");
  EXPECT_FALSE(sdk_.last_connect.network_down);
  std::string bad = ConnectParams("c");
  bad.replace(bad.size() - 1, 1, R"(,"context":"has space"})");
  EXPECT_EQ(Code("connect", bad), -32602);
}

// R-7.2
TEST_F(InstanceCallsTest, KeepsSecretsOutOfErrors) {
  Initialize();
  const std::string almost_a_seed(63, 'd');
  const driver::Answer answer =
      Call("connect", On("a", absl::StrCat(R"("network":"local","storage_dir":")", storage_.path(),
                                           R"(","seed":")", almost_a_seed, "\"")));
  EXPECT_EQ(answer.error->code, -32602);
  EXPECT_THAT(answer.error->message, ::testing::Not(HasSubstr("dddd")));
}

// R-4.5, and the limit of section 7
TEST_F(InstanceCallsTest, KeepsAtMost64PreparedPayments) {
  Initialize();
  Connect("a");
  std::string first, last;
  for (int i = 0; i < 70; ++i) {
    ASSERT_OK_AND_ASSIGN(
        const driver::Json result,
        Call("prepare_send", On("a", R"("destination":"x","amount_sats":5)")).Result());
    last = std::string(*result.FindString("prepared"));
    if (i == 0) first = last;
    EXPECT_EQ(result.FindInteger("amount_sats"), 5);
    EXPECT_EQ(result.FindInteger("fee_sats"), 3);
  }
  EXPECT_EQ(sdk_.counts.prepared, 64);
  EXPECT_EQ(Code("send", On("a", absl::StrCat(R"("prepared":")", first, "\""))), -32602);
  const std::string use = absl::StrCat(R"("prepared":")", last, R"(","idempotency_key":"k")");
  ASSERT_OK_AND_ASSIGN(const driver::Json sent, Call("send", On("a", use)).Result());
  ASSERT_NE(sent.Find("payment"), nullptr);
  EXPECT_EQ(sent.Find("payment")->FindString("id"), "k");
  EXPECT_EQ(Code("send", On("a", use)), -32602);  // used up
  EXPECT_EQ(sdk_.counts.prepared, 63);
  EXPECT_EQ(Code("destroy", On("a")), 0);
  EXPECT_EQ(sdk_.counts.prepared, 0);
}

TEST_F(InstanceCallsTest, TranslatesTheSdksErrors) {
  Initialize();
  Connect("a");
  const std::pair<absl::StatusCode, int> table[] = {
      {absl::StatusCode::kUnknown, 1},           {absl::StatusCode::kResourceExhausted, 2},
      {absl::StatusCode::kInvalidArgument, 3},   {absl::StatusCode::kUnavailable, 4},
      {absl::StatusCode::kDataLoss, 5},          {absl::StatusCode::kUnauthenticated, 6},
      {absl::StatusCode::kUnimplemented, 7},     {absl::StatusCode::kFailedPrecondition, 11},
      {absl::StatusCode::kDeadlineExceeded, 12}, {absl::StatusCode::kOutOfRange, 13},
      {absl::StatusCode::kInternal, -32603}};
  for (const auto& [status, code] : table) {
    sdk_.info_status = absl::Status(status, "words");
    const driver::Answer answer = Call("get_info", On("a"));
    EXPECT_EQ(answer.error->code, code) << absl::StatusCodeToString(status);
    EXPECT_EQ(answer.error->sdk_error, "words");
  }
}

TEST_F(InstanceCallsTest, CatchesExceptionsOfTheSdk) {
  Initialize();
  Connect("a");
  const driver::Answer answer = Call("receive", On("a", R"("method":"spark_address")"));
  EXPECT_EQ(answer.error->code, -32603);
  EXPECT_THAT(answer.error->message, HasSubstr("borrowed"));
  EXPECT_EQ(Code("sync", On("a")), 0);
}

// R-1.4
TEST_F(InstanceCallsTest, RefusesAnAnswerThatWouldNotFitALine) {
  Initialize();
  Connect("a");
  const driver::Answer answer = Call("list_payments", On("a", R"("limit":20000,"include":true)"));
  EXPECT_EQ(answer.error->code, 13);
  ASSERT_OK_AND_ASSIGN(const driver::Json counted,
                       Call("list_payments", On("a", R"("limit":20000)")).Result());
  EXPECT_EQ(counted.FindInteger("count"), 20000);
  EXPECT_EQ(counted.Find("payments"), nullptr);
}

TEST_F(InstanceCallsTest, RefusesWrongParameters) {
  Initialize();
  Connect("a");
  EXPECT_EQ(Code("list_payments", On("a", R"("limit":-1)")), -32602);
  EXPECT_EQ(Code("list_payments", On("a", R"("limit":1.5)")), -32602);
  EXPECT_EQ(Code("list_payments", On("a", R"("limit":9007199254740992)")), -32602);
  EXPECT_EQ(Code("prepare_send", On("a")), -32602);
  EXPECT_EQ(Code("prepare_send", On("a", R"("destination":7)")), -32602);
  EXPECT_EQ(Code("prepare_send", On("a", R"("destination":"x","fee_policy":"none")")), -32602);
  EXPECT_EQ(Code("receive", On("a", R"("method":"cash")")), -32602);
  EXPECT_EQ(Code("add_listener", On("a", R"("capture_instance":"yes")")), -32602);
  EXPECT_EQ(Code("sync", R"({"instance":7})"), -32602);
  EXPECT_EQ(Code("invoke", R"({"operation":"rm"})"), -32602);
  EXPECT_THAT(Call("list_payments", On("a", R"("limit":-1)")).error->message,
              HasSubstr("params.limit"));
}

TEST_F(InstanceCallsTest, AnswersTheRestAsTheyCome) {
  Initialize();
  Connect("a");
  EXPECT_EQ(Call("metrics").result_json, R"({"values":{"tasks":7,"goroutines":null}})");
  EXPECT_EQ(Call("collect_garbage").result_json, R"({"live_bytes":123})");
  EXPECT_EQ(Call("invoke", R"({"operation":"greet","arguments":{"name":"Seep"}})").result_json,
            R"({"result":"greet Seep"})");
  EXPECT_EQ(Call("get_info", On("a")).result_json,
            R"({"identity":"identity-of-a","balance_sats":42,"listeners":1})");
  EXPECT_EQ(Call("remove_listener", On("a", R"("listener":"nobody")")).result_json,
            R"({"removed":false})");
}

}  // namespace
}  // namespace seep::driver_host
