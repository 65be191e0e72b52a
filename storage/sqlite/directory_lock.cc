#include "storage/sqlite/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::sqlite {
namespace {

std::string HolderPid(int fd) {
  char text[32] = {};
  const ssize_t read = pread(fd, text, sizeof text - 1, 0);
  std::string pid(text, text + std::max<ssize_t>(read, 0));
  pid.erase(std::remove_if(pid.begin(), pid.end(), [](unsigned char c) { return !std::isdigit(c); }),
            pid.end());
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

absl::StatusOr<DirectoryLock> DirectoryLock::Take(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/lock");
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) {
    const int error = errno;
    const absl::Status status = ErrnoStatus(error, path);
    if (error != EROFS && error != EACCES && error != EPERM) return status;
    return absl::PermissionDeniedError(absl::StrCat(
        status.message(), "; the data directory must be writable: choose another or change its owner"));
  }
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, absl::StrCat("lock ", path));
    return absl::FailedPreconditionError(
        absl::StrCat("data directory ", directory, " is in use by process ", HolderPid(fd.get()),
                     "; stop it or choose another directory"));
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd.get(), 0) != 0 ||
      pwrite(fd.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return ErrnoStatus(errno, absl::StrCat("write ", path));
  }
  return DirectoryLock(std::move(fd));
}

}  // namespace seep::sqlite
