#include "sdk/driver_protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/status/status_matchers.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

std::string_view LineOf(const std::string& message) {
  EXPECT_EQ(message.back(), '\n');
  EXPECT_EQ(message.find('\n'), message.size() - 1);
  return std::string_view(message).substr(0, message.size() - 1);
}

template <typename T>
T DecodedAnswer(const std::string& line) {
  AnswerDecoder decoder;
  auto decoded = decoder.Decode(line);
  EXPECT_OK(decoded);
  return decoded.ok() ? std::get<T>(*decoded) : T();
}

RefusedRequest Refusal(std::string_view line) {
  RequestDecoder decoder;
  IncomingRequest incoming = decoder.Decode(line);
  EXPECT_TRUE(std::holds_alternative<RefusedRequest>(incoming)) << line;
  return std::holds_alternative<RefusedRequest>(incoming) ? std::get<RefusedRequest>(incoming)
                                                          : RefusedRequest();
}

TEST(Messages, RequestSurvivesTheWire) {
  const std::string message = EncodeRequest(42, method::kConnect, R"({"instance":"alice"})");
  RequestDecoder decoder;
  const auto request = std::get<Request>(decoder.Decode(LineOf(message)));
  EXPECT_EQ(request.id, 42);
  EXPECT_EQ(request.method, "connect");
  EXPECT_EQ(request.params.FindString("instance"), "alice");
}

TEST(Messages, AbsentParamsAreAnEmptyObject) {
  RequestDecoder decoder;
  const auto request =
      std::get<Request>(decoder.Decode(R"({"jsonrpc":"2.0","id":1,"method":"metrics","new":[]})"));
  ASSERT_TRUE(request.params.is_object());
  EXPECT_TRUE(request.params.object()->empty());
}

TEST(Messages, RefusesWhatIsNoRequest) {
  EXPECT_EQ(Refusal("hello").error.code, -32700);
  EXPECT_EQ(Refusal("[]").error.code, -32600);
  EXPECT_EQ(Refusal("7").error.code, -32600);
  EXPECT_EQ(Refusal(R"({"jsonrpc":"2.0","id":"1","method":"sync"})").error.code, -32600);
  EXPECT_EQ(Refusal(R"({"jsonrpc":"2.0","id":null,"method":"sync"})").error.code, -32600);
  EXPECT_EQ(Refusal(R"({"jsonrpc":"2.0","id":9007199254740992,"method":"sync"})").error.code,
            -32600);

  const RefusedRequest no_method = Refusal(R"({"jsonrpc":"2.0","id":5})");
  EXPECT_EQ(no_method.id, 5);
  EXPECT_EQ(no_method.error.kind, "invalid_request");
  const RefusedRequest bad_params =
      Refusal(R"({"jsonrpc":"2.0","id":5,"method":"sync","params":[1]})");
  EXPECT_EQ(bad_params.id, 5);
  EXPECT_EQ(bad_params.error.code, -32602);
}

TEST(Messages, IgnoresNotificationsFromSeep) {
  RequestDecoder decoder;
  EXPECT_TRUE(std::holds_alternative<IgnoredNotification>(
      decoder.Decode(R"({"jsonrpc":"2.0","method":"hint","params":{}})")));
}

TEST(Messages, AnswerSurvivesTheWire) {
  const auto answer = DecodedAnswer<Answer>(EncodeAnswer(7, R"({"balance_sats":12})"));
  EXPECT_EQ(answer.id, 7);
  EXPECT_FALSE(answer.error.has_value());
  EXPECT_EQ(answer.result_json, R"({"balance_sats":12})");
  ASSERT_OK_AND_ASSIGN(const Json result, answer.Result());
  EXPECT_EQ(result.FindInteger("balance_sats"), 12);
}

TEST(Messages, ErrorSurvivesTheWire) {
  const auto answer = DecodedAnswer<Answer>(EncodeError(
      3, MakeCallError(ErrorKind::kNetworkError, "cannot\nreach", "NetworkError: \x01")));
  EXPECT_EQ(answer.id, 3);
  ASSERT_TRUE(answer.error.has_value());
  EXPECT_EQ(answer.error->code, 4);
  EXPECT_EQ(answer.error->kind, "network_error");
  EXPECT_EQ(answer.error->message, "cannot\nreach");
  EXPECT_TRUE(answer.error->retryable);
  EXPECT_EQ(answer.error->sdk_error, "NetworkError: \x01");
  EXPECT_THAT(answer.Result(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Messages, ErrorWithoutIdAnswersAnUnreadableRequest) {
  const auto answer =
      DecodedAnswer<Answer>(EncodeError(std::nullopt, MakeCallError(ErrorKind::kParseError, "?")));
  EXPECT_EQ(answer.id, std::nullopt);
  EXPECT_EQ(answer.error->code, -32700);
}

TEST(Messages, KeepsAnErrorCodeOfTheFuture) {
  const auto answer = DecodedAnswer<Answer>(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":77,"message":"m","data":{"kind":"moon_phase"}}})");
  EXPECT_EQ(answer.error->code, 77);
  EXPECT_EQ(answer.error->kind, "moon_phase");
  EXPECT_EQ(DecodedAnswer<Answer>(R"({"id":1,"error":{"code":77}})").error->kind, "unknown_error");
}

TEST(Messages, NotificationSurvivesTheWire) {
  const auto event =
      DecodedAnswer<Notification>(EncodeNotification(notification::kEvent, R"({"type":"synced"})"));
  EXPECT_EQ(event.method, "event");
  ASSERT_OK_AND_ASSIGN(const Json params, event.Params());
  EXPECT_EQ(params.FindString("type"), "synced");
}

TEST(Messages, RefusesLinesThatAreNoAnswer) {
  AnswerDecoder decoder;
  for (const char* line : {"Downloading… 42%", "[]", "{}", R"({"id":1})", R"({"id":1,"result":7})",
                           R"({"id":"1","result":{}})", R"({"id":null,"result":{}})",
                           R"({"id":1,"error":{"message":"no code"}})",
                           R"({"id":1,"error":"boom"})", R"({"method":"event","params":3})"}) {
    EXPECT_THAT(decoder.Decode(line), StatusIs(absl::StatusCode::kInvalidArgument)) << line;
  }
}

TEST(Messages, CutsTheSdksWordsAtACharacter) {
  std::string words;
  while (words.size() < 5000)
    words += "\xE2\x82\xAC";  // three bytes each; 4096 is no multiple of three
  const CallError error = MakeCallError(ErrorKind::kSdkError, "m", words);
  EXPECT_EQ(error.sdk_error.size(), 4095u);
}

TEST(Messages, EveryKindHasANameAndItsCode) {
  for (const std::int64_t code :
       {-32700, -32600, -32601, -32602, -32603, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15}) {
    const auto kind = ErrorKindFromCode(code);
    ASSERT_TRUE(kind.has_value()) << code;
    EXPECT_NE(ErrorKindName(*kind), "unknown_error") << code;
  }
  EXPECT_EQ(ErrorKindFromCode(8), std::nullopt);
}

TEST(Messages, ReadsALineOfTheLargestSizeAndThenASmallOne) {
  const std::string envelope = EncodeAnswer(1, R"({"blob":""})");
  const std::string blob(kMaxLineBytes - envelope.size(), 'x');
  const std::string large = EncodeAnswer(1, R"({"blob":")" + blob + R"("})");
  ASSERT_EQ(large.size(), kMaxLineBytes);
  AnswerDecoder decoder;
  auto decoded = decoder.Decode(LineOf(large));
  ASSERT_OK(decoded);
  EXPECT_THAT(std::get<Answer>(*decoded).result_json, HasSubstr(blob));
  EXPECT_OK(decoder.Decode(R"({"id":2,"result":{}})"));
}

TEST(Messages, SurvivesDamagedLines) {
  const std::string good(
      LineOf(EncodeError(12, MakeCallError(ErrorKind::kFatal, "wasm trap", "unreachable"))));
  std::mt19937 random(7);
  AnswerDecoder answers;
  RequestDecoder requests;
  for (int round = 0; round < 20000; ++round) {
    std::string line = good;
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
      line[random() % line.size()] = static_cast<char>(random());
    }
    line.resize(random() % (line.size() + 1));
    (void)answers.Decode(line);
    (void)requests.Decode(line);
  }
  EXPECT_OK(answers.Decode(good));
}

}  // namespace
}  // namespace seep::driver
