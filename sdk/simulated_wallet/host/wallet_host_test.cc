// The rules of SPEC.md that need a process: transport, start and end.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/os/child_process.h"
#include "common/status/status_matchers.h"
#include "sdk/driver_protocol/protocol.h"
#include "sdk/simulated_wallet/host/testing/running_wallets.h"

namespace seep::wallet {
namespace {

using ::testing::HasSubstr;
using testing::Network;
using testing::WalletHost;

constexpr char kOffline[] = "{}";

std::string On(const std::string& instance, const std::string& more = "") {
  return WalletHost::On(instance, more);
}

TEST(WalletHost, SaysWhatItIs) {
  WalletHost host("");
  const driver::Json hello = host.Result(
      "initialize", R"({"protocol":{"major":1,"minor":0},"client":{"name":"t","version":"0"}})");
  EXPECT_EQ(hello.Find("sdk")->FindString("name"), "simulated-wallet");
  EXPECT_EQ(hello.FindString("language"), "c++");
  const driver::Json metrics = host.Result("metrics", "{}");
  EXPECT_EQ(metrics.Find("values")->object()->size(), hello.Find("gauges")->array()->size());
  for (const driver::Json& gauge : *hello.Find("gauges")->array()) {
    EXPECT_NE(metrics.Find("values")->Find(*gauge.FindString("name")), nullptr)
        << *gauge.FindString("name");
  }
}

TEST(WalletHost, RefusesSettingsThatItDoesNotKnow) {
  WalletHost host("");
  const auto initialize = [&](const std::string& settings) {
    return host.Error("initialize",
                      R"({"protocol":{"major":1,"minor":0},"settings":)" + settings + "}");
  };
  for (const char* settings :
       {R"({"colour":1})", R"({"leaks":{"memory":1}})", R"({"leaks":{"payment":0}})",
        R"({"leaks":{"payment":"4KiB"}})", R"({"leaks":[]})", R"({"ledger":"nowhere"})",
        R"({"ledger":"127.0.0.1:99999"})", R"({"sync_interval_ms":0})",
        R"({"leaks":{"thread":5000}})"}) {
    const auto error = initialize(settings);
    ASSERT_TRUE(error.has_value()) << settings;
    EXPECT_EQ(error->code, -32602) << settings;
  }
  EXPECT_THAT(initialize(R"({"leaks":{"memory":1}})")->message,
              HasSubstr("payment, reconnect, listener"));
  EXPECT_FALSE(initialize("{}").has_value());
}

// R-1.1, R-1.4, R-1.5
TEST(WalletHost, GoesOnAfterGarbage) {
  WalletHost host(kOffline);
  host.seep().SendBytes("not json\r\n\n\r\n{\"jsonrpc\":\"2.0\"\n[1]\n\x80\xff\n");
  EXPECT_EQ(host.seep().WaitForAnswerWithoutId().error->code, -32700);
  EXPECT_EQ(host.seep().WaitForAnswerWithoutId().error->code, -32700);
  EXPECT_EQ(host.seep().WaitForAnswerWithoutId().error->code, -32600);
  EXPECT_EQ(host.seep().WaitForAnswerWithoutId().error->code, -32700);
  host.seep().SendBytes(std::string(3 * driver::kMaxLineBytes, 'x') + "\n");
  EXPECT_EQ(host.seep().WaitForAnswerWithoutId().error->code, -32600);
  EXPECT_TRUE(host.Gauge("tasks").has_value());
  EXPECT_EQ(host.seep().broken_lines(), 0);
}

// R-1.4: exactly the limit is not too long.
TEST(WalletHost, AcceptsALineOfTheLimit) {
  WalletHost host(kOffline);
  std::string line = R"({"jsonrpc":"2.0","id":500,"method":"metrics","params":{},"pad":")";
  line += std::string(driver::kMaxLineBytes - line.size() - 3, 'x') + "\"}\n";
  ASSERT_EQ(line.size(), driver::kMaxLineBytes);
  host.seep().SendBytes(line);
  EXPECT_FALSE(host.seep().Wait(500).error.has_value());
}

// R-1.3
TEST(WalletHost, KeepsPrintingLibrariesOffTheProtocol) {
  WalletHost host(kOffline);
  host.Result("invoke", R"({"operation":"test_print"})");
  host.Result("metrics", "{}");
  EXPECT_EQ(host.seep().broken_lines(), 0);
  EXPECT_THAT(host.log(), HasSubstr("a library prints"));
}

// R-1.6
TEST(WalletHost, Takes64RequestsAtOnce) {
  WalletHost host(kOffline);
  host.Connect("alice");
  std::vector<std::int64_t> ids;
  for (int i = 0; i < driver::kMaxRequestsInFlight; ++i) {
    ids.push_back(i % 2 ? host.seep().Send("metrics")
                        : host.seep().Send("list_payments", On("alice")));
  }
  for (const std::int64_t id : ids) EXPECT_FALSE(host.seep().Wait(id).error.has_value());
}

// R-3.2
TEST(WalletHost, ShutdownEndsItWithInstancesOpen) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), "\"}"));
  host.Connect("alice");
  host.Connect("bob");
  host.Result("add_listener", On("bob"));
  host.Result("shutdown", "{}");
  const auto exit = host.process().WaitFor(driver::kShutdownDeadline);
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->success()) << exit->ToString() << "\n" << host.log();
}

TEST(WalletHost, ShutdownEndsItWithCleanedUpInstances) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), "\"}"));
  host.Connect("alice");
  host.Connect("bob");
  host.Result("disconnect", On("bob"));
  host.Destroy("bob");
  host.Result("shutdown", "{}");
  const auto exit = host.process().WaitFor(driver::kShutdownDeadline);
  ASSERT_TRUE(exit.has_value());
  // Under a sanitizer this is also where lost memory would show.
  EXPECT_TRUE(exit->success()) << exit->ToString() << "\n" << host.log();
}

// R-3.2, R-5.4
TEST(WalletHost, ShutdownEndsItWithACallStuckForever) {
  WalletHost host(kOffline);
  host.Connect("alice");
  const std::int64_t stuck = host.seep().Send("invoke", R"({"operation":"hang"})");
  EXPECT_EQ(host.Balance("alice"), 0);
  EXPECT_FALSE(host.seep().HasAnswer(stuck));
  host.Result("shutdown", "{}");
  const auto exit = host.process().WaitFor(driver::kShutdownDeadline);
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->success()) << exit->ToString();
}

// R-3.3
TEST(WalletHost, EndOfInputEndsIt) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), "\"}"));
  host.Connect("alice");
  host.seep().Send("invoke", R"({"operation":"hang"})");
  host.seep().EndInput();
  EXPECT_TRUE(host.process().WaitFor(driver::kEndOfInputDeadline).has_value());
}

// R-3.4
TEST(WalletHost, SigtermEndsIt) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), "\"}"));
  host.Connect("alice");
  host.process().Signal(SIGTERM);
  EXPECT_TRUE(host.process().WaitFor(driver::kEndOfInputDeadline).has_value());
}

// R-3.4, while nobody reads its answers: the pipe and the queue are full.
TEST(WalletHost, SigtermEndsItWhileNobodyReads) {
  auto host = ChildProcess::Start(testing::HostOptions());
  ASSERT_OK(host);
  const int input = host->standard_input().get();
  ASSERT_EQ(::fcntl(input, F_SETFL, O_NONBLOCK), 0);
  std::string lines;
  for (int i = 0; i < 8'000; ++i) lines += "garbage\n";
  // Until the host takes no more: then it waits for room in its output.
  pollfd writable{input, POLLOUT, 0};
  std::size_t taken = 0;
  while (::poll(&writable, 1, 500) > 0) {
    const ssize_t written = ::write(input, lines.data(), 4096);
    ASSERT_GT(written, 0);
    ASSERT_LT(taken += static_cast<std::size_t>(written), 64u << 20)
        << "it takes requests without end";
  }
  host->Signal(SIGTERM);
  EXPECT_TRUE(host->WaitFor(driver::kEndOfInputDeadline).has_value());
}

TEST(WalletHost, ACrashIsACrash) {
  WalletHost host(kOffline);
  host.seep().Send("invoke", R"({"operation":"crash"})");
  const auto exit = host.process().WaitFor(absl::Seconds(30));
  ASSERT_TRUE(exit.has_value());
  EXPECT_FALSE(exit->success());
}

// R-7.2
TEST(WalletHost, NeverTellsASecret) {
  WalletHost host(kOffline);
  const std::string params = host.ConnectParams("alice");
  const std::string seed = std::string(40, '7');
  ASSERT_THAT(params, HasSubstr(seed));
  host.Result("connect", params);
  EXPECT_THAT(host.Error("connect", params)->message, ::testing::Not(HasSubstr(seed)));
  EXPECT_THAT(host.seep().Call("metrics").result_json, ::testing::Not(HasSubstr(seed)));
  EXPECT_THAT(host.log(), ::testing::Not(HasSubstr(seed)));
}

}  // namespace
}  // namespace seep::wallet
