// The rules of SPEC.md that a dispatcher answers for; the number of each is at
// its test. Those of a whole process are in sdk/tests.
#include "sdk/driver_host/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "sdk/driver_host/testing/conversation.h"
#include "sdk/driver_host/testing/fake_sdk.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {
namespace {

using testing::Conversation;
using testing::FakeSdk;
using ::testing::HasSubstr;

constexpr char kHello[] =
    R"({"protocol":{"major":1,"minor":0},"client":{"name":"test","version":"0"}})";
constexpr char kSeed[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

class NullNotifier : public Notifier {
 public:
  void SendEvent(std::string_view, const Event&) override {}
  void SendLog(std::string_view, std::string_view) override {}
  void SendOutOfBandError(std::string_view, std::string_view) override {}
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() : storage_(*TempDirectory::Create("seep-dispatcher-test")) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    output_ = std::make_unique<OutputChannel>(UniqueFd(ends[1]), clock_);
    dispatcher_ = std::make_unique<Dispatcher>(sdk_, notifier_, *output_);
    seep_ = std::make_unique<Conversation>(UniqueFd(), UniqueFd(ends[0]));
  }
  ~DispatcherTest() override {
    sdk_.gate.Open();
    EXPECT_TRUE(dispatcher_->Close(absl::Seconds(30)));
    dispatcher_.reset();
  }

  std::int64_t Send(std::string_view method, const std::string& params = "{}") {
    const std::int64_t id = next_id_++;
    std::string line = driver::EncodeRequest(id, method, params);
    line.pop_back();
    next_ = dispatcher_->HandleLine(line);
    return id;
  }
  driver::Answer Call(std::string_view method, const std::string& params = "{}") {
    return seep_->Wait(Send(method, params));
  }
  // The code of the error, 0 on success.
  std::int64_t Code(std::string_view method, const std::string& params = "{}") {
    const driver::Answer answer = Call(method, params);
    return answer.error ? answer.error->code : 0;
  }
  void Initialize() { ASSERT_EQ(Code("initialize", kHello), 0); }
  std::string ConnectParams(const std::string& name) {
    return absl::StrCat(R"({"instance":")", name, R"(","network":"local","storage_dir":")",
                        storage_.path(), R"(","seed":")", kSeed, "\"}");
  }
  void Connect(const std::string& name) { ASSERT_EQ(Code("connect", ConnectParams(name)), 0); }
  static std::string On(const std::string& name, const std::string& more = "") {
    return absl::StrCat(R"({"instance":")", name, "\"", more.empty() ? "" : ",", more, "}");
  }

  TempDirectory storage_;
  SystemClock clock_;
  FakeSdk sdk_;
  NullNotifier notifier_;
  std::unique_ptr<OutputChannel> output_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Conversation> seep_;
  std::int64_t next_id_ = 1;
  Dispatcher::Next next_ = Dispatcher::Next::kReadOn;
};

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

TEST_F(DispatcherTest, ChecksConnectParameters) {
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

// R-7.2
TEST_F(DispatcherTest, KeepsSecretsOutOfErrors) {
  Initialize();
  const std::string almost_a_seed(63, 'd');
  const driver::Answer answer =
      Call("connect", On("a", absl::StrCat(R"("network":"local","storage_dir":")", storage_.path(),
                                           R"(","seed":")", almost_a_seed, "\"")));
  EXPECT_EQ(answer.error->code, -32602);
  EXPECT_THAT(answer.error->message, ::testing::Not(HasSubstr("dddd")));
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

// R-4.5, and the limit of section 7
TEST_F(DispatcherTest, KeepsAtMost64PreparedPayments) {
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
  ASSERT_OK_AND_ASSIGN(const driver::Json payment, Call("send", On("a", use)).Result());
  EXPECT_EQ(payment.FindString("id"), "k");
  EXPECT_EQ(Code("send", On("a", use)), -32602);  // used up
  EXPECT_EQ(sdk_.counts.prepared, 63);
  EXPECT_EQ(Code("destroy", On("a")), 0);
  EXPECT_EQ(sdk_.counts.prepared, 0);
}

TEST_F(DispatcherTest, TranslatesTheSdksErrors) {
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

TEST_F(DispatcherTest, CatchesExceptionsOfTheSdk) {
  Initialize();
  Connect("a");
  const driver::Answer answer = Call("receive", On("a", R"("method":"spark_address")"));
  EXPECT_EQ(answer.error->code, -32603);
  EXPECT_THAT(answer.error->message, HasSubstr("borrowed"));
  EXPECT_EQ(Code("sync", On("a")), 0);
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

// R-1.4
TEST_F(DispatcherTest, RefusesAnAnswerThatWouldNotFitALine) {
  Initialize();
  Connect("a");
  const driver::Answer answer = Call("list_payments", On("a", R"("limit":20000,"include":true)"));
  EXPECT_EQ(answer.error->code, 13);
  ASSERT_OK_AND_ASSIGN(const driver::Json counted,
                       Call("list_payments", On("a", R"("limit":20000)")).Result());
  EXPECT_EQ(counted.FindInteger("count"), 20000);
  EXPECT_EQ(counted.Find("payments"), nullptr);
}

TEST_F(DispatcherTest, RefusesWrongParameters) {
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

TEST_F(DispatcherTest, AnswersTheRestAsTheyCome) {
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
