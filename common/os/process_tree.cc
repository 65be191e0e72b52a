#include "common/os/process_tree.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"
#include "common/os/system_clock.h"

namespace seep {
namespace {

std::vector<pid_t> AllPids() {
  std::vector<pid_t> pids;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return pids;
  while (const dirent* entry = readdir(proc)) {
    pid_t pid = 0;
    if (absl::SimpleAtoi(entry->d_name, &pid) && pid > 0) pids.push_back(pid);
  }
  closedir(proc);
  return pids;
}

struct StatLine {
  pid_t parent = 0;
  char state = 'X';  // Z and X: dead already
};

StatLine ReadStat(pid_t pid) {
  const auto stat = ReadFile(absl::StrCat("/proc/", pid, "/stat"), 4096);
  StatLine line;
  if (!stat.ok()) return line;
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= stat->size()) return line;
  const std::vector<std::string> fields = absl::StrSplit(stat->substr(name_end + 2), ' ');
  line.state = fields[0].empty() ? 'X' : fields[0][0];
  if (fields.size() > 1 && !absl::SimpleAtoi(fields[1], &line.parent)) line.parent = 0;
  return line;
}

bool Lives(pid_t pid) {
  const char state = ReadStat(pid).state;
  return state != 'Z' && state != 'X';
}

std::set<pid_t> LivingMembers(pid_t root, const std::string& mark) {
  std::set<pid_t> members;
  for (const pid_t pid : ProcessTree(root)) {
    if (Lives(pid)) members.insert(pid);
  }
  if (mark.empty()) return members;
  for (const pid_t pid : ProcessesMarked(mark)) {
    for (const pid_t member : ProcessTree(pid)) {
      if (Lives(member) && member != getpid()) members.insert(member);
    }
  }
  return members;
}

}  // namespace

absl::Status BecomeSubreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return ErrnoStatus(errno, "PR_SET_CHILD_SUBREAPER");
  return absl::OkStatus();
}

std::vector<pid_t> ProcessTree(pid_t root, std::size_t limit) {
  std::multimap<pid_t, pid_t> children;
  bool root_lives = false;
  for (const pid_t pid : AllPids()) {
    children.emplace(ReadStat(pid).parent, pid);
    root_lives |= pid == root;
  }
  std::vector<pid_t> tree;
  if (!root_lives) return tree;
  tree.push_back(root);
  for (std::size_t i = 0; i < tree.size() && tree.size() < limit; ++i) {
    const auto [begin, end] = children.equal_range(tree[i]);
    for (auto child = begin; child != end && tree.size() < limit; ++child) tree.push_back(child->second);
  }
  return tree;
}

std::vector<pid_t> ProcessesMarked(const std::string& mark) {
  std::vector<pid_t> marked;
  for (const pid_t pid : AllPids()) {
    if (pid == getpid()) continue;
    const auto environment = ReadFile(absl::StrCat("/proc/", pid, "/environ"), 4 << 20);
    if (!environment.ok()) continue;
    for (const auto variable : absl::StrSplit(*environment, '\0')) {
      if (variable == mark) {
        marked.push_back(pid);
        break;
      }
    }
  }
  return marked;
}

std::vector<pid_t> KillProcessTree(pid_t root, const std::string& mark, absl::Duration limit) {
  const SystemClock clock;
  const MonotonicTime deadline = clock.Now() + limit;
  absl::Duration pause = absl::Milliseconds(1);
  while (true) {
    const std::set<pid_t> members = LivingMembers(root, mark);
    for (const pid_t pid : members) kill(pid, SIGSTOP);
    for (const pid_t pid : members) kill(pid, SIGKILL);
    // Orphans of the tree became children of this subreaper; `root` itself is
    // left to its ChildProcess, which must see its exit status.
    for (const pid_t pid : members) {
      if (pid != root) waitpid(pid, nullptr, WNOHANG);
    }
    if (members.empty()) return {};
    if (clock.Now() >= deadline) return {members.begin(), members.end()};
    // The kernel gives no event for "this foreign process is dead": look again.
    PauseThread(pause);
    pause = std::min(pause * 2, absl::Milliseconds(50));
  }
}

}  // namespace seep
