#include "agent/supervisor/attached_process.h"

#include <dirent.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr int kMaxCgroups = 20'000;

absl::StatusOr<ProcessIdentity> Identify(pid_t pid, const std::string& what) {
  const std::uint64_t start = pid > 1 ? ProcessStartTimeTicks(pid) : 0;
  if (start == 0) return absl::NotFoundError(absl::StrCat(what, ": no process ", pid, " runs"));
  if (pid == getpid()) return absl::FailedPreconditionError(absl::StrCat(what, " is this agent itself"));
  return ProcessIdentity{pid, start};
}

absl::StatusOr<ProcessIdentity> ByPidFile(const std::string& path) {
  const auto text = ReadFile(path, 64);
  if (!text.ok()) return absl::NotFoundError(absl::StrCat("pid file ", path, " is not there, or cannot be read"));
  pid_t pid = 0;
  if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(*text), &pid) || pid <= 1) {
    return absl::FailedPreconditionError(absl::StrCat("pid file ", path, " does not hold a process id"));
  }
  return Identify(pid, "pid file " + path);
}

pid_t ParentOf(pid_t pid) {
  const auto status = ReadFile(absl::StrCat("/proc/", pid, "/status"), 16 << 10);
  pid_t parent = 0;
  if (!status.ok()) return 0;
  for (const absl::string_view line : absl::StrSplit(*status, '\n')) {
    if (absl::string_view(line).substr(0, 5) == "PPid:" && absl::SimpleAtoi(absl::StripAsciiWhitespace(line.substr(5)), &parent)) break;
  }
  return parent;
}

// The one whose parent is not among them.
absl::StatusOr<ProcessIdentity> TopOf(const std::vector<pid_t>& pids, const std::string& what) {
  std::vector<pid_t> tops;
  for (const pid_t pid : pids) {
    const pid_t parent = ParentOf(pid);
    if (std::find(pids.begin(), pids.end(), parent) == pids.end() && ProcessStartTimeTicks(pid) != 0) tops.push_back(pid);
  }
  if (tops.empty()) return absl::NotFoundError(absl::StrCat(what, ": no process of it runs"));
  if (tops.size() > 1) {
    return absl::FailedPreconditionError(absl::StrCat(what, " has ", tops.size(), " processes that run side by side (", tops[0], ", ",
                                                      tops[1], "); attach by a pid file"));
  }
  return Identify(tops[0], what);
}

absl::StatusOr<ProcessIdentity> ByUnit(const std::string& unit, const std::string& cgroups) {
  std::error_code error;
  int looked = 0;
  std::filesystem::recursive_directory_iterator entry(cgroups, std::filesystem::directory_options::skip_permission_denied, error), end;
  for (; entry != end && ++looked < kMaxCgroups; entry.increment(error)) {
    if (entry->path().filename() != unit || !entry->is_directory(error)) continue;
    const auto listed = ReadFile((entry->path() / "cgroup.procs").string(), 1 << 20);
    std::vector<pid_t> pids;
    for (const absl::string_view line : absl::StrSplit(listed.ok() ? *listed : std::string(), '\n', absl::SkipEmpty())) {
      pid_t pid = 0;
      if (absl::SimpleAtoi(line, &pid)) pids.push_back(pid);
    }
    if (!pids.empty()) return TopOf(pids, "unit " + unit);
  }
  return absl::NotFoundError(absl::StrCat("unit ", unit, ": no process of it runs (no control group of this name below ", cgroups, ")"));
}

absl::StatusOr<ProcessIdentity> ByExecutable(const std::string& path) {
  std::vector<pid_t> pids;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return ErrnoStatus(errno, "/proc");
  while (const dirent* entry = readdir(proc)) {
    pid_t pid = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    if (const auto read = std::from_chars(entry->d_name, end, pid); read.ec != std::errc() || read.ptr != end) continue;
    char target[4096];
    const ssize_t length = readlink(absl::StrCat("/proc/", pid, "/exe").c_str(), target, sizeof target);
    if (length > 0 && std::string_view(target, static_cast<std::size_t>(length)) == path) pids.push_back(pid);
  }
  closedir(proc);
  return TopOf(pids, "executable " + path);
}

}  // namespace

absl::StatusOr<ProcessIdentity> FindProcess(const AttachRule& rule, const std::string& cgroups) {
  if (!rule.pid_file.empty()) return ByPidFile(rule.pid_file);
  if (!rule.unit.empty()) return ByUnit(rule.unit, cgroups);
  return ByExecutable(rule.executable);
}

absl::StatusOr<std::unique_ptr<AttachedProcess>> AttachedProcess::Watch(EpollEventLoop& loop, ProcessIdentity identity,
                                                                        std::function<void()> ended) {
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, identity.pid, 0)));
  // The start time is looked at after the descriptor was made: what it then
  // refers to is the process that was found, or the times differ.
  if (!pidfd.valid() || ProcessStartTimeTicks(identity.pid) != identity.start_time_ticks) {
    return absl::NotFoundError(absl::StrCat("process ", identity.pid, " has ended"));
  }
  return std::unique_ptr<AttachedProcess>(new AttachedProcess(loop, identity, std::move(pidfd), std::move(ended)));
}

AttachedProcess::AttachedProcess(EpollEventLoop& loop, ProcessIdentity identity, UniqueFd pidfd, std::function<void()> on_ended)
    : loop_(loop), identity_(identity), pidfd_(std::move(pidfd)), on_ended_(std::move(on_ended)) {
  loop_.Watch(pidfd_.get(), EPOLLIN, [this](std::uint32_t) {
    loop_.Unwatch(pidfd_.get());
    ended_ = true;
    if (on_ended_) on_ended_();
  });
}

AttachedProcess::~AttachedProcess() {
  if (!ended_) loop_.Unwatch(pidfd_.get());
}

void AttachedProcess::Signal(int signal) {
  if (!ended_) syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

}  // namespace seep::agent
