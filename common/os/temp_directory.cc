#include "common/os/temp_directory.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/random.h"

namespace seep {
namespace {

std::string Base() {
  const char* configured = std::getenv("TMPDIR");
  return configured != nullptr && configured[0] == '/' ? configured : "/tmp";
}

}  // namespace

absl::StatusOr<TempDirectory> TempDirectory::Create(std::string_view prefix) {
  std::string path = absl::StrCat(Base(), "/", absl::string_view(prefix.data(), prefix.size()), "-", getpid(), "-", EntropyHex(4));
  if (mkdir(path.c_str(), 0700) != 0) return ErrnoStatus(errno, absl::StrCat("creating directory ", path));
  return TempDirectory(std::move(path));
}

TempDirectory::~TempDirectory() {
  if (!path_.empty()) RemoveTree(path_).IgnoreError();
}

TempDirectory& TempDirectory::operator=(TempDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

int TempDirectory::RemoveAbandoned(std::string_view prefix) {
  int removed = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(Base(), error)) {
    const std::string name = entry.path().filename().string();
    const std::string start = absl::StrCat(absl::string_view(prefix.data(), prefix.size()), "-");
    if (name.rfind(start, 0) != 0) continue;
    const std::string rest = name.substr(start.size());
    pid_t pid = 0;
    struct stat info{};
    if (!absl::SimpleAtoi(rest.substr(0, rest.find('-')), &pid) || pid <= 0) continue;
    if (lstat(entry.path().c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid()) continue;
    if (kill(pid, 0) != 0 && errno == ESRCH && RemoveTree(entry.path().string()).ok()) ++removed;
  }
  return removed;
}

}  // namespace seep
