// seep-simnet: the simulated network as a process. Flags in, one line of JSON
// out once it listens, then it serves until it is told to stop.
#include <sys/epoll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/event_loop/epoll_event_loop.h"
#include "common/os/random.h"
#include "common/os/signals.h"
#include "common/os/system_clock.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/simulated_network/faucet.h"
#include "sdk/simulated_network/faucet_service.h"
#include "sdk/simulated_network/ledger.h"
#include "sdk/simulated_network/ledger_service.h"

namespace seep::simnet {
namespace {

struct Flags {
  std::string listen = "127.0.0.1:0";
  std::string faucet_listen = "127.0.0.1:0";
  std::uint64_t seed = 0;
  bool exit_with_stdin = false;
  int settle_ms = 5;
  LedgerLimits limits;
  FeePolicy fees;
  FaucetOptions faucet;
  std::vector<std::string> failures = {"http_503"};
  int slow_ms = 35'000;
};

void Declare(CLI::App& app, Flags& flags) {
  constexpr std::size_t kMost = 10'000'000;
  app.add_option("--listen", flags.listen, "HOST:PORT of the ledger (loopback only)")
      ->capture_default_str();
  app.add_option("--faucet-listen", flags.faucet_listen, "HOST:PORT of the faucet (loopback only)")
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "Seed of the ids it makes up (0: from the system)")
      ->capture_default_str();
  app.add_flag("--exit-with-stdin", flags.exit_with_stdin, "Stop at the end of standard input");
  app.add_option("--lightning-settle-ms", flags.settle_ms,
                 "How long a lightning payment is pending")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  app.add_option("--lightning-base-fee", flags.fees.lightning_base_sats,
                 "Sats a lightning payment costs")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--lightning-fee-ppm", flags.fees.lightning_ppm,
                 "Millionths of the amount it costs on top")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--history-limit", flags.limits.history,
                 "Payments and idempotency keys an account remembers")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->capture_default_str();
  app.add_option("--max-accounts", flags.limits.accounts,
                 "Accounts; beyond it empty ones go, oldest first")
      ->check(CLI::Range(std::size_t{2}, kMost))
      ->capture_default_str();
  app.add_option("--max-invoices", flags.limits.invoices, "Invoices; beyond it the oldest go")
      ->check(CLI::Range(std::size_t{1}, kMost))
      ->capture_default_str();
  app.add_option("--faucet-max-sats", flags.faucet.max_sats, "Most that one request gets")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--faucet-fail-every", flags.faucet.fail_every, "Fail every Nth request (0: none)")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_option("--faucet-failure", flags.failures,
                 "How: http_503, graphql_errors, null_data, slow, hang_up; in turn")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--faucet-slow-ms", flags.slow_ms, "How slow `slow` is")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  app.add_flag("--faucet-once-per-address", flags.faucet.once_per_address,
               "Refuse a second refill of an address");
}

absl::Status Complete(Flags& flags) {
  if (flags.seed == 0) flags.seed = EntropySeed();
  flags.faucet.slow = absl::Milliseconds(flags.slow_ms);
  flags.faucet.failures.clear();
  for (const std::string& name : flags.failures) {
    const auto failure = ParseFaucetFailure(name);
    if (!failure.ok()) return failure.status();
    flags.faucet.failures.push_back(*failure);
  }
  const char* username = std::getenv("FAUCET_USERNAME");
  const char* password = std::getenv("FAUCET_PASSWORD");
  flags.faucet.username = username ? username : "";
  flags.faucet.password = password ? password : "";
  return absl::OkStatus();
}

void PrintReady(const std::string& ledger, const std::string& faucet) {
  driver::JsonWriter out;
  out.BeginObject().Key("ready").Bool(true).Key("endpoints").BeginObject();
  out.Key("ledger").String(ledger).Key("faucet").String(faucet).EndObject().EndObject();
  std::printf("%s\n", out.text().c_str());
  std::fflush(stdout);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "seep-simnet: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? 2 : 4;
}

void StopWithStdin(EpollEventLoop& loop) {
  loop.Watch(STDIN_FILENO, EPOLLIN, [&loop](std::uint32_t) {
    char ignored[256];
    if (::read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0) loop.Stop();
  });
}

int Serve(Flags flags) {
  if (const absl::Status status = Complete(flags); !status.ok()) return Fail(status);
  const UniqueFd signals = CatchSignals({SIGTERM, SIGINT});
  SystemClock clock;
  EpollEventLoop loop(clock);
  Ledger ledger(flags.limits, flags.fees, flags.seed);
  LedgerService ledger_service(loop, ledger, absl::Milliseconds(flags.settle_ms));
  Faucet faucet(ledger, flags.faucet);
  FaucetService faucet_service(loop, faucet, ledger_service);
  if (const absl::Status status = ledger_service.Start(flags.listen); !status.ok())
    return Fail(status);
  if (const absl::Status status = faucet_service.Start(flags.faucet_listen); !status.ok())
    return Fail(status);
  loop.Watch(signals.get(), EPOLLIN, [&loop](std::uint32_t) { loop.Stop(); });
  if (flags.exit_with_stdin) StopWithStdin(loop);
  PrintReady(ledger_service.endpoint(), faucet_service.url());
  loop.Run();
  return 0;
}

}  // namespace
}  // namespace seep::simnet

int main(int argc, char** argv) {
  CLI::App app(
      "The simulated payment network of Seep: a ledger for wallets and a faucet.\n"
      "FAUCET_USERNAME and FAUCET_PASSWORD, both set, make the faucet ask for them.",
      "seep-simnet");
  seep::simnet::Flags flags;
  seep::simnet::Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return seep::simnet::Serve(flags);
}
