// seep-agent: parses flags, wires the agent to the process, decides nothing.
//
// Exit: 0 after a drain, 2 usage or configuration, 4 the agent cannot work, 130
// when forced by a second signal.
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "agent/agent.h"
#include "agent/flags.h"
#include "agent/log/log.h"
#include "agent/session/grpc_link.h"
#include "common/os/process_tree.h"
#include "common/os/signals.h"
#include "common/os/system_clock.h"

namespace seep::agent {
namespace {

constexpr int kCannotWork = 4;
constexpr int kForced = 130;

int Fail(const std::string& what) {
  std::fprintf(stderr, "seep-agent: %s\n", what.c_str());
  return kCannotWork;
}

struct Stopping {
  int signals = 0;
};

void WatchSignals(EpollEventLoop& loop, const UniqueFd& signals, Agent& agent, Stopping& stopping) {
  loop.Watch(signals.get(), EPOLLIN, [&](std::uint32_t) {
    while (const int signal = ReadSignal(signals)) {
      if (signal == SIGCHLD) {
        agent.ReapOrphans();
        continue;
      }
      ++stopping.signals;
      agent.Drain(signal == SIGINT ? "interrupted" : "terminated");
    }
  });
}

// What comes on standard input is not looked at; that it ends is.
void WatchStandardInput(EpollEventLoop& loop, Agent& agent) {
  loop.Watch(STDIN_FILENO, EPOLLIN, [&](std::uint32_t) {
    char ignored[4096];
    const ssize_t got = read(STDIN_FILENO, ignored, sizeof ignored);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return;
    loop.Unwatch(STDIN_FILENO);
    agent.Drain("standard input ended");
  });
}

bool CanWatchStandardInput() {
  struct stat info {};
  return fstat(STDIN_FILENO, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || isatty(STDIN_FILENO));
}

int Main(int argc, char** argv) {
  const UniqueFd signals = CatchSignals({SIGTERM, SIGINT, SIGHUP, SIGCHLD});
  int exit_code = 0;
  const auto flags = ReadFlags(argc, argv, exit_code);
  if (!flags) return exit_code;
  if (flags->check_only) return 0;
  StartLog(flags->debug);
  if (flags->exit_with_stdin && !CanWatchStandardInput()) {
    std::fprintf(stderr, "seep-agent: --exit-with-stdin needs a pipe, a socket or a terminal on standard input\n");
    return 2;
  }
  if (const absl::Status status = BecomeSubreaper(); !status.ok()) return Fail(std::string(status.message()));
  const SystemClock clock;
  EpollEventLoop loop(clock);
  auto dialer = MakeGrpcDialer(loop, flags->configuration.coordinator, flags->configuration.tls);
  if (!dialer.ok()) return Fail(std::string(dialer.status().message()));
  Agent::Ports ports;
  ports.first_connected = [&] {
    if (!flags->ready_line) return;
    std::printf("{\"ready\":true,\"agent\":\"%s\"}\n", flags->configuration.name.c_str());
    std::fflush(stdout);
  };
  ports.finished = [&](bool failed) {
    if (failed) exit_code = kCannotWork;
    loop.Stop();
  };
  Agent agent(loop, flags->configuration, **dialer, std::move(ports));
  Stopping stopping;
  if (const absl::Status status = agent.Start(); !status.ok()) return Fail(std::string(status.message()));
  WatchSignals(loop, signals, agent, stopping);
  if (flags->exit_with_stdin) WatchStandardInput(loop, agent);
  loop.Run();
  return exit_code == 0 && stopping.signals > 1 ? kForced : exit_code;
}

}  // namespace
}  // namespace seep::agent

int main(int argc, char** argv) { return seep::agent::Main(argc, argv); }
