// A file that is complete or absent: written beside its name, given the name
// when all of it is on disk.
//
// Threads: main only.
// Owns:    the file being written; it goes with its owner unless committed.
// Failure: kAlreadyExists (kInvalidArgument for the exit code's sake) naming the
//          file and --force; the system's errors.
#ifndef SEEP_CLI_COMMANDS_WHOLE_FILE_H_
#define SEEP_CLI_COMMANDS_WHOLE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/os/unique_fd.h"

namespace seep::cli {

enum class Overwrite { kNo, kYes };

// Before work begins for it; the rename at the end looks again.
absl::Status CheckFree(const std::string& path, Overwrite overwrite);

class WholeFile {
 public:
  static absl::StatusOr<WholeFile> Create(const std::string& path, Overwrite overwrite, int mode = 0644);
  ~WholeFile();
  WholeFile(WholeFile&&) = default;

  absl::Status Write(std::string_view text);
  absl::Status Commit();

 private:
  WholeFile(std::string path, std::string partial, Overwrite overwrite, UniqueFd file)
      : path_(std::move(path)), partial_(std::move(partial)), overwrite_(overwrite), file_(std::move(file)) {}
  absl::Status Flush();

  std::string path_, partial_;  // empty once moved or committed
  Overwrite overwrite_;
  UniqueFd file_;
  std::string buffer_;
};

// Gives `from` the name `to`; never over another file unless it may.
absl::Status RenameOnto(const std::string& from, const std::string& to, Overwrite overwrite);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_WHOLE_FILE_H_
