#include "cli/embedded/janitor.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/os/system_clock.h"

namespace seep::cli {
namespace {

struct Member {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  // with the pid, names the process for good
};

std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    // 64 KiB of pids are more than any embedded run has.
    if (text.size() < 65536) text.append(buffer, static_cast<std::size_t>(got));
  }
}

std::vector<Member> ParseMembers(const std::string& text) {
  std::vector<Member> members;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    Member member;
    if (fields.size() == 2 && absl::SimpleAtoi(fields[0], &member.pid) && absl::SimpleAtoi(fields[1], &member.start_ticks) &&
        member.pid > 1 && member.start_ticks > 0) {
      members.push_back(member);
    }
  }
  return members;
}

void AwaitEnd(const Member& member, MonotonicTime deadline, const Clock& clock) {
  if (ProcessStartTimeTicks(member.pid) != member.start_ticks) return;
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, member.pid, 0)));
  if (!process.valid()) return;
  pollfd ended{process.get(), POLLIN, 0};
  const auto left = absl::ToInt64Milliseconds(deadline - clock.Now());
  if (poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left))) == 1) return;
  if (ProcessStartTimeTicks(member.pid) == member.start_ticks) KillProcessTree(member.pid, "", absl::Seconds(5));
}

}  // namespace

void TellJanitor(ChildProcess& janitor, const ChildProcess& member) {
  const std::string line = absl::StrCat(member.pid(), " ", member.start_time_ticks(), "\n");
  [[maybe_unused]] const ssize_t written = write(janitor.standard_input().get(), line.data(), line.size());
}

int RunJanitor(const std::string& directory, int input_fd, int grace_seconds) {
  const std::string name = directory.substr(directory.rfind('/') + 1);
  if (directory.empty() || directory[0] != '/' || !absl::StartsWith(name, "seep-run-") || absl::StrContains(directory, "..")) return 2;
  for (const int signal : {SIGINT, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
  const std::vector<Member> members = ParseMembers(ReadAll(input_fd));
  const SystemClock clock;
  const MonotonicTime deadline = clock.Now() + absl::Seconds(grace_seconds);
  for (const Member& member : members) AwaitEnd(member, deadline, clock);
  return RemoveTree(directory).ok() ? 0 : 1;
}

}  // namespace seep::cli
