#include "agent/faucet/http_faucet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/loopback_listener.h"
#include "common/os/system_clock.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers one connection with `answer`; empty: says nothing until the peer goes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) {
    EXPECT_TRUE(listener_.ok());
    thread_ = std::thread([this, answer = std::move(answer)] {
      const UniqueFd peer = listener_.Accept();
      if (!peer.valid()) return;
      char chunk[4096];
      while (request.find("\r\n\r\n{") == std::string::npos) {
        const ssize_t got = read(peer.get(), chunk, sizeof chunk);
        if (got <= 0) return;
        request.append(chunk, static_cast<std::size_t>(got));
      }
      if (answer.empty()) {
        while (read(peer.get(), chunk, sizeof chunk) > 0) {
        }
        return;
      }
      EXPECT_EQ(write(peer.get(), answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
    });
  }
  ~OneAnswer() {
    listener_.Shutdown();  // wakes an accept for which nobody came
    Join();
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", listener_.port(), "/graphql"); }
  std::string request;

 private:
  LoopbackListener listener_;
  std::thread thread_;
};

std::string Http(int status, const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

class HttpFaucetTest : public ::testing::Test {
 protected:
  absl::Status Fund(const std::string& url, FaucetCredentials credentials = {}) {
    HttpFaucet faucet(loop_, *ParseUrl(url), credentials);
    absl::Status result = absl::InternalError("never answered");
    faucet.Fund("addr", 50'000, [&](absl::Status status) {
      result = status;
      loop_.Stop();
    });
    loop_.Run();
    return result;
  }
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
};

TEST_F(HttpFaucetTest, AsksInTheFaucetsWordsAndWithoutCredentialsUnlessBothAreSet) {
  OneAnswer server(Http(200, R"({"data":{"request_regtest_funds":{"transaction_hash":"ab"}}})"));
  EXPECT_OK(Fund(server.url(), {"user", ""}));
  server.Join();
  EXPECT_THAT(server.request, HasSubstr("POST /graphql HTTP/1.1"));
  EXPECT_THAT(server.request, HasSubstr(R"("operationName":"RequestRegtestFunds")"));
  EXPECT_THAT(server.request, HasSubstr(R"("amount_sats":50000)"));
  EXPECT_THAT(server.request, Not(HasSubstr("Authorization")));
}

TEST_F(HttpFaucetTest, SendsBasicAuthorization) {
  OneAnswer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "5\r\n{\"dat\r\n2e\r\na\":{\"request_regtest_funds\":{\"transaction_\":1}}}\r\n0\r\n\r\n");
  (void)Fund(server.url(), {"user", "secret"});
  server.Join();
  EXPECT_THAT(server.request, HasSubstr("Authorization: Basic dXNlcjpzZWNyZXQ="));
}

TEST_F(HttpFaucetTest, EachKindOfRefusalIsAnErrorThatMayBeTriedAgain) {
  for (const auto& [answer, message] : std::vector<std::pair<std::string, std::string>>{
           {Http(503, "busy"), "HTTP 503"},
           {Http(200, R"({"errors":[{"message":"rate limit"}]})"), "rate limit"},
           {Http(200, R"({"data":null})"), "null data"},
           {Http(200, "<html>"), "no JSON"},
           {"garbage\r\n\r\n", "no HTTP"},
           {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", "cut off"}}) {
    OneAnswer server(answer);
    EpollEventLoop loop(clock_);
    HttpFaucet faucet(loop, *ParseUrl(server.url()), {});
    absl::Status result;
    faucet.Fund("a", 1, [&](absl::Status status) {
      result = status;
      loop.Stop();
    });
    loop.Run();
    EXPECT_THAT(result, StatusIs(absl::StatusCode::kUnavailable, HasSubstr(message)));
  }
}

TEST_F(HttpFaucetTest, AServerThatIsNotThereIsUnavailable) {
  EXPECT_THAT(Fund("http://127.0.0.1:1/graphql"), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot connect")));
}

TEST_F(HttpFaucetTest, DestroyingItDoesNotWaitForASilentServer) {
  OneAnswer server("");
  absl::Status result;
  {
    HttpFaucet faucet(loop_, *ParseUrl(server.url()), {});
    faucet.Fund("a", 1, [&](absl::Status status) {
      result = status;
      loop_.Stop();
    });
  }
  loop_.Run();
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kCancelled));
}

TEST(ParseUrl, KnowsGoodFromBad) {
  ASSERT_OK_AND_ASSIGN(const Url url, ParseUrl("https://api.example.com/graphql/spark/rc"));
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.port, "443");
  EXPECT_EQ(url.path, "/graphql/spark/rc");
  ASSERT_OK_AND_ASSIGN(const Url six, ParseUrl("http://[::1]:8080/"));
  EXPECT_EQ(six.host, "::1");
  for (const char* bad : {"ftp://x/", "http://", "http://u:p@h/", "http://h:99999/", "http://h/a b", "http://h/\r\nX: y"}) {
    EXPECT_FALSE(ParseUrl(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace seep::agent
