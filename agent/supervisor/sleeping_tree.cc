#include "agent/supervisor/sleeping_tree.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"

namespace seep::agent {
namespace {

constexpr int kMaxThreads = 1024;
// A timer thread of the SDK's may stir: a hundredth of a second between looks.
constexpr std::uint64_t kNextToNothing = 1;

struct Line {
  char state = '?';
  std::uint64_t ticks = 0;
};

// proc(5): "pid (comm) state ...", utime and stime are fields 14 and 15.
std::optional<Line> ReadStat(const std::string& file) {
  const auto text = ReadFile(file, 4096);
  if (!text.ok()) return std::nullopt;
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text->size()) return std::nullopt;
  const std::vector<absl::string_view> fields = absl::StrSplit(absl::string_view(*text).substr(name_end + 2), ' ');
  std::uint64_t user = 0, system = 0;
  if (fields.size() < 13 || fields[0].size() != 1 || !absl::SimpleAtoi(fields[11], &user) || !absl::SimpleAtoi(fields[12], &system)) {
    return std::nullopt;
  }
  return Line{fields[0][0], user + system};
}

bool Sleeps(char state) {
  // R works, D waits for something that comes. Whoever stopped a process (T) or
  // traces it (t) means to let it go on: that is a pause, no hang.
  return state == 'S' || state == 'I' || state == 'Z' || state == 'X';
}

// Whether all threads of `pid` sleep; counts them.
bool ThreadsSleep(pid_t pid, int& threads) {
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), error)) {
    if (++threads > kMaxThreads) return false;
    const auto line = ReadStat(thread.path().string() + "/stat");
    if (!line || !Sleeps(line->state)) return false;
  }
  return !error;
}

}  // namespace

bool SleepingTree::Asleep() {
  std::uint64_t ticks = 0;
  int threads = 0;
  bool asleep = true;
  for (const pid_t pid : ProcessTree(root_)) {
    const auto line = ReadStat(absl::StrCat("/proc/", pid, "/stat"));
    if (!line) return false;
    ticks += line->ticks;
    asleep = asleep && ThreadsSleep(pid, threads);
  }
  const std::optional<std::uint64_t> before = std::exchange(ticks_, ticks);
  return asleep && threads > 0 && before && ticks <= *before + kNextToNothing;
}

}  // namespace seep::agent
