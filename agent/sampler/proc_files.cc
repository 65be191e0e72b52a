#include "agent/sampler/proc_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr std::size_t kBufferBytes = 16 << 10;
constexpr int kMaxSocketFds = 4096;
constexpr std::string_view kTcpEstablished = "01";

template <typename T>
bool ToNumber(std::string_view text, T& value) {
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}

}  // namespace

std::optional<StatFigures> ParseStat(std::string_view content) {
  // The name in parentheses may hold anything; the last ')' ends it.
  const std::size_t name_end = content.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 >= content.size()) return std::nullopt;
  std::string_view rest = content.substr(name_end + 2);
  std::string_view fields[22];
  std::size_t count = 0;
  while (count < 22 && !rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    fields[count++] = rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  if (count < 21 || fields[0].empty()) return std::nullopt;
  StatFigures stat;
  std::uint64_t user = 0, system = 0;
  stat.state = fields[0][0];  // field 3 of proc(5); n is at n - 3
  const bool good = ToNumber(fields[1], stat.parent) && ToNumber(fields[7], stat.minor_faults) &&
                    ToNumber(fields[9], stat.major_faults) && ToNumber(fields[11], user) &&
                    ToNumber(fields[12], system) && ToNumber(fields[17], stat.threads) &&
                    ToNumber(fields[19], stat.start_ticks) && ToNumber(fields[20], stat.vsz_bytes);
  stat.cpu_ticks = user + system;
  return good ? std::optional(stat) : std::nullopt;
}

std::optional<std::uint64_t> FieldOf(std::string_view content, std::string_view name) {
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    std::string_view line = content.substr(at, end - at);
    at = end + 1;
    if (line.size() <= name.size() || line.substr(0, name.size()) != name || line[name.size()] != ':') continue;
    line.remove_prefix(name.size() + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    std::uint64_t value = 0;
    if (ToNumber(line, value)) return value;
  }
  return std::nullopt;
}

ProcFiles::ProcFiles(pid_t pid) : pid_(pid), directory_(absl::StrCat("/proc/", pid)), buffer_(kBufferBytes, '\0') {}

std::string_view ProcFiles::ReadKept(UniqueFd& fd, const char* name) {
  if (!fd.valid()) fd = UniqueFd(open((directory_ + name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {};
  const ssize_t got = pread(fd.get(), buffer_.data(), buffer_.size(), 0);
  if (got <= 0) return {};
  return std::string_view(buffer_).substr(0, static_cast<std::size_t>(got));
}

std::optional<StatFigures> ProcFiles::Stat() {
  const auto stat = ParseStat(ReadKept(stat_, "/stat"));
  if (!stat || stat->state == 'Z' || stat->state == 'X') return std::nullopt;
  return stat;
}

std::optional<std::uint64_t> ProcFiles::ResidentBytes() {
  const std::string_view content = ReadKept(statm_, "/statm");
  const std::size_t space = content.find(' ');
  std::uint64_t pages = 0;
  if (space == std::string_view::npos || !ToNumber(content.substr(space + 1), pages)) return std::nullopt;
  static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return pages * page_bytes;
}

std::string_view ProcFiles::Status() { return ReadKept(status_, "/status"); }
std::string_view ProcFiles::Io() { return ReadKept(io_, "/io"); }
std::string_view ProcFiles::SmapsRollup() { return ReadKept(smaps_, "/smaps_rollup"); }

std::optional<std::uint64_t> ProcFiles::OpenFds() {
  const std::string path = directory_ + "/fd";
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  if (info.st_size > 0) return static_cast<std::uint64_t>(info.st_size);  // kernel 6.2 and later
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return std::nullopt;
  std::uint64_t count = 0;
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count >= 2 ? count - 2 : 0;  // "." and ".."
}

void ProcFiles::CollectSockets(std::unordered_set<std::uint64_t>& inodes) const {
  DIR* directory = opendir((directory_ + "/fd").c_str());
  if (directory == nullptr) return;
  char target[64];
  for (int looked = 0; looked < kMaxSocketFds; ++looked) {
    const dirent* entry = readdir(directory);
    if (entry == nullptr) break;
    const ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target);
    const std::string_view link(target, length > 0 ? static_cast<std::size_t>(length) : 0);
    std::uint64_t inode = 0;
    if (link.starts_with("socket:[") && ToNumber(link.substr(8), inode)) inodes.insert(inode);
  }
  closedir(directory);
}

void ProcFiles::CollectTcp(std::unordered_set<std::uint64_t>& inodes) const {
  for (const char* table : {"/net/tcp", "/net/tcp6"}) {
    const auto content = ReadFile(directory_ + table, 16 << 20);
    if (!content.ok()) continue;
    bool heading = true;
    for (const absl::string_view line : absl::StrSplit(*content, '\n', absl::SkipEmpty())) {
      if (std::exchange(heading, false)) continue;
      const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
      std::uint64_t inode = 0;
      if (fields.size() > 9 && std::string_view(fields[3].data(), fields[3].size()) == kTcpEstablished &&
          absl::SimpleAtoi(fields[9], &inode)) {
        inodes.insert(inode);
      }
    }
  }
}

}  // namespace seep::agent
