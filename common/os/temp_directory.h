// A private directory (0700) that goes, with all that is in it, when its owner
// does.
#ifndef SEEP_COMMON_OS_TEMP_DIRECTORY_H_
#define SEEP_COMMON_OS_TEMP_DIRECTORY_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace seep {

class TempDirectory {
 public:
  // Below $TMPDIR or /tmp, named PREFIX-<pid>-<random>: the pid lets a later
  // run see whether the owner of a left-over still lives.
  static absl::StatusOr<TempDirectory> Create(std::string_view prefix);
  ~TempDirectory();
  TempDirectory(TempDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDirectory& operator=(TempDirectory&& other) noexcept;

  const std::string& path() const { return path_; }

  // Removes the directories of this prefix whose owner was killed before it
  // could; returns how many.
  static int RemoveAbandoned(std::string_view prefix);

 private:
  explicit TempDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace seep

#endif  // SEEP_COMMON_OS_TEMP_DIRECTORY_H_
