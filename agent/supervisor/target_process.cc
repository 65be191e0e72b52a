#include "agent/supervisor/target_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/log/log.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {
constexpr absl::Duration kKillLimit = absl::Seconds(2);
constexpr int kReadsPerTurn = 8;
}  // namespace

absl::StatusOr<std::unique_ptr<TargetProcess>> TargetProcess::Start(EpollEventLoop& loop, OrphanReaper& reaper,
                                                                    const ChildOptions& options, std::string mark,
                                                                    Ports ports) {
  SEEP_ASSIGN_OR_RETURN(ChildProcess child, ChildProcess::Start(options));
  return std::unique_ptr<TargetProcess>(
      new TargetProcess(loop, reaper, std::move(child), std::move(mark), std::move(ports)));
}

TargetProcess::TargetProcess(EpollEventLoop& loop, OrphanReaper& reaper, ChildProcess child, std::string mark,
                             Ports ports)
    : loop_(loop), reaper_(reaper), child_(std::move(child)), mark_(std::move(mark)), ports_(std::move(ports)),
      error_output_(std::move(child_.standard_error())) {
  reaper_.Own(child_.pid());
  std::weak_ptr<bool> here = here_;
  pipes_ = std::make_unique<HostPipes>(
      loop_, std::move(child_.standard_input()), std::move(child_.standard_output()),
      [this](std::string_view bytes) { ports_.output(bytes); },
      [this, here](std::string reason) {
        if (!here.expired() && ports_.output_ended) ports_.output_ended(std::move(reason));
      });
  fcntl(error_output_.get(), F_SETFL, fcntl(error_output_.get(), F_GETFL) | O_NONBLOCK);
  loop_.Watch(error_output_.get(), EPOLLIN, [this](std::uint32_t) { ReadErrorOutput(); });
  loop_.Watch(child_.exit_fd(), EPOLLIN, [this](std::uint32_t) { NoteExit(); });
}

TargetProcess::~TargetProcess() {
  here_.reset();
  KillTree();
  if (std::exchange(watching_exit_, false)) loop_.Unwatch(child_.exit_fd());
  if (error_output_.valid()) loop_.Unwatch(error_output_.get());
  reaper_.Disown(child_.pid());
}

void TargetProcess::ReadErrorOutput() {
  char chunk[64 << 10];
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const ssize_t got = read(error_output_.get(), chunk, sizeof chunk);
    if (got > 0) {
      if (ports_.error_output) ports_.error_output(std::string_view(chunk, static_cast<std::size_t>(got)));
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    loop_.Unwatch(error_output_.get());
    error_output_.reset();
    return;
  }
}

void TargetProcess::NoteExit() {
  if (ended_.has_value()) return;
  ended_ = child_.TryWait();
  if (!ended_.has_value()) return;
  if (std::exchange(watching_exit_, false)) loop_.Unwatch(child_.exit_fd());
  reaper_.Disown(child_.pid());
  reaper_.Reap();
  // After what is still in the pipes was read in this turn of the loop.
  loop_.Post([this, here = std::weak_ptr<bool>(here_)] {
    if (!here.expired() && ports_.exited) ports_.exited(*ended_);
  });
}

void TargetProcess::KillTree() {
  if (std::exchange(tree_killed_, true)) return;
  // Once reaped, its pid may be somebody else's: then the mark alone counts.
  const auto survivors = KillProcessTree(ended_.has_value() ? -1 : child_.pid(), mark_, kKillLimit);
  if (!survivors.empty()) {
    LogError(absl::StrCat("pid=", child_.pid(), " survivors=", survivors.size(), " of SIGKILL; first pid=", survivors[0]));
  }
  if (!ended_.has_value()) child_.WaitFor(kKillLimit);
  NoteExit();
}

std::uint64_t OomKills() {
  const auto vmstat = ReadFile("/proc/vmstat", 64 << 10);
  if (!vmstat.ok()) return 0;
  for (const absl::string_view line : absl::StrSplit(*vmstat, '\n')) {
    const std::pair<absl::string_view, absl::string_view> field = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    std::uint64_t count = 0;
    if (field.first == "oom_kill" && absl::SimpleAtoi(field.second, &count)) return count;
  }
  return 0;
}

std::string ClassifyEnd(const ExitStatus& status, bool out_of_memory) {
  if (!status.exited && status.signal == SIGKILL && out_of_memory) return "killed by the kernel: out of memory";
  return absl::StrCat(status.success() ? "ended by itself: " : "crash: ", status.ToString());
}

}  // namespace seep::agent
