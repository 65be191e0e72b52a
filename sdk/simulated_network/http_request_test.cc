#include "sdk/simulated_network/http_request.h"

#include <gtest/gtest.h>

#include <string>

#include "common/os/random.h"

namespace seep::simnet {
namespace {

using State = HttpRequestReader::State;

// The status it deserves; 0 complete, -1 unfinished.
int StatusOf(const std::string& bytes) {
  HttpRequestReader reader;
  switch (reader.Append(bytes)) {
    case State::kNeedsMore:
      return -1;
    case State::kComplete:
      return 0;
    case State::kBroken:
      return reader.status();
  }
  return -2;
}

TEST(HttpRequest, ReadsARequestHoweverItArrives) {
  const std::string bytes =
      "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization:  Basic abc \r\ncontent-LENGTH: "
      "5\r\n\r\nhello";
  HttpRequestReader reader;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i)
    ASSERT_EQ(reader.Append(bytes.substr(i, 1)), State::kNeedsMore);
  ASSERT_EQ(reader.Append("o"), State::kComplete);
  EXPECT_EQ(reader.request().method, "POST");
  EXPECT_EQ(reader.request().target, "/graphql");
  EXPECT_EQ(reader.request().Header("authorization"), "Basic abc");
  EXPECT_EQ(reader.request().body, "hello");
}

TEST(HttpRequest, GetNeedsNoLength) { EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n\r\n"), 0); }

TEST(HttpRequest, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(StatusOf("\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("POST /\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("POST / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(StatusOf("P\x01ST / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\n\r\n"), 411);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n"), 413);
}

TEST(HttpRequest, LimitsTheHeader) {
  EXPECT_EQ(
      StatusOf("POST / HTTP/1.1\r\nX: " + std::string(HttpRequestReader::kMaxHeaderBytes, 'x')),
      431);
  HttpRequestReader endless;
  int appended = 0;
  while (endless.Append(std::string(1000, 'x')) == State::kNeedsMore) ASSERT_LT(++appended, 100);
  EXPECT_EQ(endless.status(), 431);
}

TEST(HttpRequest, SurvivesDamage) {
  const std::string good = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  Random random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 4; ++i)
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Next());
    (void)StatusOf(bytes);
  }
  EXPECT_EQ(StatusOf(good), 0);
}

}  // namespace
}  // namespace seep::simnet
