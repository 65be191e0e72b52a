// One process a data directory. Held by flock, so the kernel gives it back
// however the holder ends; the file's content only names the holder.
//
// Failure: kFailedPrecondition: held, by the pid named; kPermissionDenied (a
//          read-only directory or file system), kResourceExhausted (disk full).
#ifndef SEEP_STORAGE_SQLITE_DIRECTORY_LOCK_H_
#define SEEP_STORAGE_SQLITE_DIRECTORY_LOCK_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/os/unique_fd.h"

namespace seep::sqlite {

class DirectoryLock {
 public:
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

 private:
  explicit DirectoryLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_DIRECTORY_LOCK_H_
