#include "agent/supervisor/run_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kKillLimit = absl::Seconds(3);

std::string BootId() {
  const auto id = ReadFile("/proc/sys/kernel/random/boot_id", 128);
  return id.ok() ? std::string(absl::StripAsciiWhitespace(*id)) : "unknown";
}

}  // namespace

bool IsRunId(const std::string& id) {
  return !id.empty() && id.size() <= 64 && id[0] != '.' && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

RunDirectory::RunDirectory(const std::string& runs, const std::string& run_id) : path_(runs + "/" + run_id) {}

std::vector<std::string> RunDirectory::List(const std::string& runs) {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory(error) && IsRunId(name)) ids.push_back(name);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::Status RunDirectory::Create() const { return MakeDirectories(work(), 0700); }

absl::Status RunDirectory::SaveStatus(const std::string& encoded) const {
  return WriteFileAtomically(path_ + "/status", encoded, 0600);
}

absl::StatusOr<std::string> RunDirectory::LoadStatus() const { return ReadFile(path_ + "/status", 16 << 20); }

absl::Status RunDirectory::NoteProcess(pid_t pid, std::uint64_t start_time_ticks) const {
  const std::string file = path_ + "/processes";
  UniqueFd out(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const std::string line = absl::StrCat(BootId(), " ", pid, " ", start_time_ticks, "\n");
  if (!out.valid() || write(out.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return ErrnoStatus(errno, file);
  }
  return absl::OkStatus();
}

int RunDirectory::KillLeftovers(const std::string& run_mark) const {
  int killed = 0;
  const std::string boot_id = BootId();
  const auto processes = ReadFile(path_ + "/processes", 4 << 20);
  for (const absl::string_view line : absl::StrSplit(processes.ok() ? *processes : std::string(), '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    pid_t pid = 0;
    std::uint64_t start = 0;
    if (fields.size() != 3 || fields[0] != absl::string_view(boot_id) || !absl::SimpleAtoi(fields[1], &pid) ||
        !absl::SimpleAtoi(fields[2], &start) || pid <= 1 || start == 0) {
      continue;
    }
    // A reused pid has another start time.
    if (ProcessStartTimeTicks(pid) != start) continue;
    killed += static_cast<int>(ProcessTree(pid).size());
    KillProcessTree(pid, "", kKillLimit);
  }
  const auto marked = ProcessesMarked(run_mark);
  killed += static_cast<int>(marked.size());
  if (!marked.empty()) KillProcessTree(marked[0], run_mark, kKillLimit);
  return killed;
}

absl::Status RunDirectory::RemoveWork() const { return RemoveTree(work()); }
absl::Status RunDirectory::Remove() const { return RemoveTree(path_); }

}  // namespace seep::agent
