#include "cli/commands/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

absl::Status Exists(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(Printable(path), " exists; --force replaces it"));
}

}  // namespace

absl::Status CheckFree(const std::string& path, Overwrite overwrite) {
  struct stat about {};
  if (lstat(path.c_str(), &about) != 0) return absl::OkStatus();
  if (S_ISDIR(about.st_mode)) return absl::InvalidArgumentError(absl::StrCat(Printable(path), " is a directory; name a file in it"));
  return overwrite == Overwrite::kYes ? absl::OkStatus() : Exists(path);
}

absl::Status RenameOnto(const std::string& from, const std::string& to, Overwrite overwrite) {
  const unsigned flags = overwrite == Overwrite::kYes ? 0 : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return absl::OkStatus();
  if (errno == EEXIST) return Exists(to);
  // A file system without the flag: a link is as careful.
  if (errno == EINVAL && link(from.c_str(), to.c_str()) == 0) return unlink(from.c_str()), absl::OkStatus();
  if (errno == EEXIST) return Exists(to);
  return ErrnoStatus(errno, absl::StrCat("renaming onto ", Printable(to)));
}

absl::StatusOr<WholeFile> WholeFile::Create(const std::string& path, Overwrite overwrite, int mode) {
  SEEP_RETURN_IF_ERROR(CheckFree(path, overwrite));
  std::string partial = path + ".partial-XXXXXX";
  UniqueFd file(mkostemp(partial.data(), O_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("creating ", Printable(path)));
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(file.get(), static_cast<mode_t>(mode) & ~mask) != 0) return ErrnoStatus(errno, absl::StrCat("creating ", Printable(path)));
  return WholeFile(path, std::move(partial), overwrite, std::move(file));
}

WholeFile::~WholeFile() {
  if (file_.valid()) unlink(partial_.c_str());
}

absl::Status WholeFile::Write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status WholeFile::Flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t wrote = write(file_.get(), buffer_.data() + done, buffer_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return ErrnoStatus(errno, absl::StrCat("writing ", Printable(path_)));
    done += static_cast<std::size_t>(wrote);
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status WholeFile::Commit() {
  SEEP_RETURN_IF_ERROR(Flush());
  if (fsync(file_.get()) != 0 && errno != EINVAL) return ErrnoStatus(errno, absl::StrCat("writing ", Printable(path_)));
  SEEP_RETURN_IF_ERROR(RenameOnto(partial_, path_, overwrite_));
  file_.reset();
  return absl::OkStatus();
}

}  // namespace seep::cli
