#include "sdk/simulated_wallet/host/testing/running_wallets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/os/files.h"
#include "common/os/system_clock.h"
#include "common/status/check.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::wallet::testing {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLook = absl::Milliseconds(5);  // between two looks at a condition

std::string Binary(const std::string& name) {
  return absl::StrCat(*OwnBinaryDirectory(), "/../bin/", name);
}

std::vector<std::string> Environment(std::vector<std::string> more) {
  // Sanitizer options must reach the children.
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) more.push_back(absl::StrCat(name, "=", value));
  }
  return more;
}

std::string ReadLine(int fd) {
  std::string line;
  char c = 0;
  const absl::Time deadline = absl::Now() + kPatience;
  while (absl::Now() < deadline) {
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, 100) <= 0) continue;
    if (::read(fd, &c, 1) != 1 || c == '\n') break;
    line += c;
  }
  return line;
}

UniqueFd ConnectTo(int port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{30, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return fd;
}

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    PauseThread(kLook);
  }
  return true;
}

}  // namespace

Network::Network(std::vector<std::string> flags, std::vector<std::string> environment) {
  ChildOptions options;
  options.argv = {Binary("seep-simnet"), "--exit-with-stdin", "--lightning-settle-ms", "1"};
  options.argv.insert(options.argv.end(), flags.begin(), flags.end());
  options.environment = Environment(std::move(environment));
  options.standard_input = Stdio::kPipe;
  options.standard_output = Stdio::kPipe;
  auto started = ChildProcess::Start(options);
  SEEP_CHECK(started.ok()) << std::string(started.status().message());
  process_ = *std::move(started);
  const auto ready = driver::Json::Parse(ReadLine(process_.standard_output().get()));
  SEEP_CHECK(ready.ok() && ready->FindBool("ready") == true) << "seep-simnet did not get ready";
  ledger_ = std::string(*ready->Find("endpoints")->FindString("ledger"));
  faucet_ = std::string(*ready->Find("endpoints")->FindString("faucet"));
}

Network::~Network() {
  process_.standard_input().reset();
  const auto exit = process_.WaitFor(kPatience);
  EXPECT_TRUE(exit.has_value() && exit->success())
      << "seep-simnet: " << (exit ? exit->ToString() : "hangs");
}

std::string Network::Fund(const std::string& address, std::int64_t sats,
                          const std::string& headers) const {
  const std::string body = absl::StrCat(
      R"({"operationName":"RequestRegtestFunds","variables":{"amount_sats":)", sats,
      R"(,"address":")", address,
      R"("},"query":"mutation RequestRegtestFunds { request_regtest_funds(input) { transaction_hash } }"})");
  const std::string request =
      absl::StrCat("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: ", body.size(),
                   "\r\n", headers, "\r\n", body);
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(
      faucet_.substr(faucet_.rfind(':') + 1, faucet_.rfind('/') - faucet_.rfind(':') - 1), &port));
  const UniqueFd fd = ConnectTo(port);
  EXPECT_EQ(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::recv(fd.get(), buffer, sizeof(buffer), 0)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  return answer;
}

ChildOptions HostOptions() {
  ChildOptions options;
  options.argv = {Binary("seep-wallet-host")};
  options.environment = Environment({});
  options.standard_input = Stdio::kPipe;
  options.standard_output = Stdio::kPipe;
  options.standard_error = Stdio::kPipe;
  return options;
}

WalletHost::WalletHost(const std::string& settings_json)
    : directory_(*TempDirectory::Create("seep-wallet-test")) {
  auto started = ChildProcess::Start(HostOptions());
  SEEP_CHECK(started.ok()) << std::string(started.status().message());
  process_ = *std::move(started);
  ::fcntl(process_.standard_error().get(), F_SETFL, O_NONBLOCK);
  seep_ = std::make_unique<driver_host::testing::Conversation>(
      UniqueFd(process_.standard_input().release()),
      UniqueFd(process_.standard_output().release()));
  if (!settings_json.empty()) Initialize(settings_json);
}

WalletHost::~WalletHost() {
  if (!process_.running()) return;  // the test ended it, and looked how
  seep_->EndInput();
  const auto exit = process_.WaitFor(kPatience);
  EXPECT_TRUE(exit.has_value() && exit->success())
      << "seep-wallet-host: " << (exit ? exit->ToString() : "hangs") << "\n"
      << log();
}

void WalletHost::Initialize(const std::string& settings_json) {
  Result(
      "initialize",
      absl::StrCat(
          R"({"protocol":{"major":1,"minor":0},"client":{"name":"test","version":"0"},"settings":)",
          settings_json, "}"));
}

void WalletHost::ExpectCleanEnd(const std::vector<std::string>& instances) {
  for (const std::string& instance : instances) {
    Result("disconnect", On(instance));
    Destroy(instance);
  }
  ExpectGauge("tasks", 0);
  Result("shutdown", "{}");
  const auto exit = process_.WaitFor(kPatience);
  EXPECT_TRUE(exit.has_value() && exit->success()) << (exit ? exit->ToString() : "hangs") << "\n"
                                                   << log();
}

std::string WalletHost::On(const std::string& instance, const std::string& more) {
  return absl::StrCat(R"({"instance":")", instance, "\"", more.empty() ? "" : ",", more, "}");
}

std::string WalletHost::ConnectParams(const std::string& instance) {
  const std::string storage = absl::StrCat(directory_.path(), "/", instance);
  EXPECT_TRUE(MakeDirectories(storage).ok());
  // A seed of its own, the same each time.
  const std::size_t hash = std::hash<std::string>()(instance);
  const std::string seed = absl::StrCat(absl::Hex(hash, absl::kZeroPad16), std::string(48, '7'));
  return On(instance, absl::StrCat(R"("network":"local","storage_dir":")", storage, R"(","seed":")",
                                   seed, "\""));
}

void WalletHost::Connect(const std::string& instance) {
  Result("connect", ConnectParams(instance));
}

void WalletHost::Reconnect(const std::string& instance) {
  Result("disconnect", On(instance));
  Destroy(instance);
  Connect(instance);
}

std::string WalletHost::Address(const std::string& instance) {
  const driver::Json result = Result("receive", On(instance, R"("method":"spark_address")"));
  return std::string(result.FindString("payment_request").value_or(""));
}

driver::Json WalletHost::Pay(const std::string& instance, const std::string& destination,
                             std::int64_t sats, const std::string& key) {
  const driver::Json prepared = Result(
      "prepare_send",
      On(instance, absl::StrCat(R"("destination":")", destination, R"(","amount_sats":)", sats)));
  const driver::Json sent =
      Result("send", On(instance, absl::StrCat(R"("prepared":")", std::string(prepared.FindString("prepared").value_or("")),
                                               R"(","idempotency_key":")", key, "\"")));
  const driver::Json* payment = sent.Find("payment");
  return payment != nullptr ? *payment : driver::Json();
}

std::int64_t WalletHost::Balance(const std::string& instance) {
  return Result("get_info", On(instance)).FindInteger("balance_sats").value_or(-1);
}

void WalletHost::ExpectBalance(const std::string& instance, std::int64_t sats) {
  EXPECT_TRUE(Eventually([&] { return Balance(instance) == sats; }))
      << instance << " has " << Balance(instance) << " sats, not " << sats;
}

std::optional<driver::CallError> WalletHost::Error(const std::string& method,
                                                   const std::string& params) {
  return seep_->Call(method, params).error;
}

std::optional<double> WalletHost::Gauge(const std::string& name) {
  const driver::Json result = Result("metrics", "{}");
  const driver::Json* values = result.Find("values");
  return values ? values->FindNumber(name) : std::nullopt;
}

void WalletHost::ExpectGauge(const std::string& name, double value) {
  EXPECT_TRUE(Eventually([&] { return Gauge(name) == value; }))
      << name << " is " << Gauge(name).value_or(-1);
}

void WalletHost::ExpectThreads(int count) {
  // Asking for metrics makes the host join what has ended.
  EXPECT_TRUE(Eventually([&] { return Gauge("tasks").has_value() && threads() == count; }))
      << threads() << " threads, not " << count;
}

void WalletHost::ExpectFds(int count) {
  EXPECT_TRUE(Eventually([&] { return fds() == count; })) << fds() << " descriptors, not " << count;
}

std::int64_t WalletHost::rss_bytes() const {
  const auto statm = ReadFile(absl::StrCat("/proc/", process_.pid(), "/statm"));
  std::int64_t size = 0, resident = 0;
  if (!statm.ok() || std::sscanf(statm->c_str(), "%ld %ld", &size, &resident) != 2) return -1;
  return resident * ::sysconf(_SC_PAGESIZE);
}

static int CountEntries(const std::string& directory) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++count;
  return count;
}

int WalletHost::threads() const {
  return CountEntries(absl::StrCat("/proc/", process_.pid(), "/task"));
}
int WalletHost::fds() const { return CountEntries(absl::StrCat("/proc/", process_.pid(), "/fd")); }

std::string WalletHost::log() {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0;
       (got = ::read(process_.standard_error().get(), buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace seep::wallet::testing
