// seep-coordinator: flags in, a coordinator until SIGTERM.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "common/os/files.h"
#include "common/os/signals.h"
#include "common/os/system_clock.h"
#include "coordinator/configuration/configuration.h"
#include "coordinator/coordinator.h"
#include "coordinator/log/log.h"
#include "coordinator/rpc/rpc_server.h"

namespace {

using seep::coordinator::Coordinator;
using seep::coordinator::CoordinatorOptions;

// Documented in README.md.
constexpr int kUsage = 2, kDataDirectory = 4, kCannotListen = 5, kForced = 130;
constexpr absl::Duration kStopLimit = absl::Seconds(15);

struct Flags {
  CoordinatorOptions options;
  std::string lease = "10s", lost_after = "2h", configuration;
  bool ready_line = false;
  bool exit_with_stdin = false;
};

int Fail(int code, const std::string& message) {
  fmt::print(stderr, "seep-coordinator: {}\n", message);
  return code;
}

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--listen", flags.options.listen, "HOST:PORT or unix:/path; repeat for several (default 127.0.0.1:7420)");
  app.add_option("--data-dir", flags.options.data_directory, "directory of the database")->required();
  app.add_option("--tls-ca", flags.options.tls_ca, "PEM of the authority that signs clients' certificates");
  app.add_option("--tls-cert", flags.options.tls_certificate, "PEM of this server's certificate");
  app.add_option("--tls-key", flags.options.tls_key, "PEM of its key");
  app.add_option("--config", flags.configuration, "YAML file: retention, disk budget, backups (docs/store.md; default: DATA_DIR/coordinator.yaml, if there)");
  app.add_option("--backup-dir", flags.options.backup_directory, "where backups are written (default: as the file says, or DATA_DIR/backups)");
  app.add_option("--query-worker", flags.options.query_worker, "the seep-query-worker binary (default: beside this one)");
  app.add_option("--lease", flags.lease, "an agent silent for so long loses its runs' state (default 10s)");
  app.add_option("--lost-after", flags.lost_after, "a lost run fails after this (default 2h)");
  app.add_flag("--ready-line", flags.ready_line, "print {\"ready\":true,...} on stdout once listening");
  app.add_flag("--exit-with-stdin", flags.exit_with_stdin, "end when stdin closes");
  app.set_version_flag("--version", "seep-coordinator " SEEP_RELEASE);
}

// 0: go on.
int ReadConfiguration(Flags& flags) {
  // A data directory may have a configuration of its own.
  const std::string own = flags.options.data_directory + "/coordinator.yaml";
  if (flags.configuration.empty() && seep::FileExists(own)) flags.configuration = own;
  if (flags.configuration.empty()) return 0;
  auto read = seep::coordinator::LoadConfiguration(flags.configuration);
  if (!read.ok()) return Fail(kUsage, "--config: " + std::string(read.status().message()));
  flags.options.upkeep = std::move(read->upkeep);
  if (flags.options.backup_directory.empty()) flags.options.backup_directory = read->backup_directory;
  return 0;
}

int CheckFlags(Flags& flags) {
  const auto lease = seep::ParseDuration(flags.lease);
  if (!lease.ok() || *lease < absl::Seconds(1) || *lease > absl::Hours(1)) {
    return Fail(kUsage, "--lease must be 1s to 1h, not " + seep::Printable(flags.lease));
  }
  const auto lost = seep::ParseDuration(flags.lost_after);
  if (!lost.ok() || *lost < *lease) {
    return Fail(kUsage, "--lost-after must be a duration not shorter than --lease, not " + seep::Printable(flags.lost_after));
  }
  const auto& options = flags.options;
  const absl::Status reachable = seep::coordinator::RpcServer::Check(
      options.listen, {options.tls_ca, options.tls_certificate, options.tls_key});
  if (!reachable.ok()) return Fail(kUsage, std::string(reachable.message()));
  flags.options.lease = *lease;
  flags.options.lost_limit = *lost;
  flags.options.release = SEEP_RELEASE;
  return ReadConfiguration(flags);
}

class Daemon {
 public:
  Daemon(seep::UniqueFd signals, Flags flags) : signals_(std::move(signals)), flags_(std::move(flags)), loop_(clock_) {}

  int Run() {
    auto opened = Coordinator::Open(loop_, flags_.options);
    if (!opened.ok()) {
      return Fail(kDataDirectory, fmt::format("--data-dir {}: {}", flags_.options.data_directory,
                                              std::string(opened.status().message())));
    }
    coordinator_ = *std::move(opened);
    loop_.Watch(signals_.get(), EPOLLIN, [this](std::uint32_t) { OnSignal(); });
    if (flags_.exit_with_stdin) WatchStdin();
    coordinator_->Start([this](auto started) { OnStarted(std::move(started)); });
    loop_.Run();
    coordinator_.reset();
    return exit_code_;
  }

 private:
  void OnStarted(absl::StatusOr<std::vector<std::string>> started) {
    if (!started.ok()) {
      const bool usage = absl::IsInvalidArgument(started.status());
      exit_code_ = Fail(usage ? kUsage : kCannotListen, std::string(started.status().message()));
      return loop_.Stop();
    }
    for (const std::string& address : *started) seep::coordinator::LogInfo({{"coordinator", "listening"}, {"address", address}});
    if (!flags_.ready_line) return;
    fmt::print("{{\"ready\":true,\"endpoints\":{{\"grpc\":\"{}\"}}}}\n", started->front());
    std::fflush(stdout);
  }

  void OnSignal() {
    while (const int signal = seep::ReadSignal(signals_)) {
      if (stopping_) {
        seep::coordinator::LogWarn({{"coordinator", "forced"}, {"signal", std::to_string(signal)}});
        _exit(kForced);
      }
      Stop();
    }
  }

  void Stop() {
    if (stopping_) return;
    stopping_ = true;
    loop_.RunAfter(kStopLimit, [] { _exit(kForced); });
    coordinator_->Stop([this] { loop_.Stop(); });
  }

  // /dev/null and files are at their end already, and epoll does not take them.
  void WatchStdin() {
    struct stat found {};
    const bool waits = fstat(0, &found) == 0 && (S_ISFIFO(found.st_mode) || S_ISSOCK(found.st_mode) || isatty(0));
    if (!waits) return loop_.Post([this] { Stop(); });
    loop_.Watch(0, EPOLLIN, [this](std::uint32_t) {
      char ignored[256];
      if (read(0, ignored, sizeof ignored) > 0) return;
      loop_.Unwatch(0);
      Stop();
    });
  }

  seep::SystemClock clock_;
  seep::UniqueFd signals_;
  Flags flags_;
  seep::EpollEventLoop loop_;
  std::unique_ptr<Coordinator> coordinator_;
  bool stopping_ = false;
  int exit_code_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  seep::UniqueFd signals = seep::CatchSignals({SIGTERM, SIGINT, SIGHUP});
  Flags flags;
  CLI::App app{"The coordinator of Seep: places runs on agents, stores their samples, judges them."};
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (const int bad = CheckFlags(flags); bad != 0) return bad;
  return Daemon(std::move(signals), std::move(flags)).Run();
}
