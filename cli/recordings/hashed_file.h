// A file of recordings, read once from begin to end and hashed on the way, so
// that a pipe serves as well.
//
// Threads: main only.
// Owns:    the open file and one buffer.
// Failure: Open: kInvalidArgument naming the file and what to do. A file that
//          cannot be read any further reads as ended with error() set.
#ifndef SEEP_CLI_RECORDINGS_HASHED_FILE_H_
#define SEEP_CLI_RECORDINGS_HASHED_FILE_H_

#include <cstdint>
#include <memory>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/os/unique_fd.h"

struct evp_md_ctx_st;

namespace seep::cli {

enum class RecordingKind { kCsv, kHarnessLog, kJsonLines, kPrometheus, kSqlite };

class HashedFile : public std::streambuf {
 public:
  static constexpr std::size_t kBufferBytes = 256 * 1024;

  // "-" is standard input.
  static absl::StatusOr<std::unique_ptr<HashedFile>> Open(const std::string& path);
  ~HashedFile() override;

  const std::string& name() const { return name_; }  // for messages, printable
  // By its first bytes; nothing of it is consumed.
  RecordingKind Kind();

  // What is left is read too. Lower-case hexadecimal; once.
  absl::StatusOr<std::string> Sha256();
  std::uint64_t bytes() const { return bytes_; }
  const absl::Status& error() const { return error_; }

 protected:
  int_type underflow() override;

 private:
  HashedFile(std::string name, UniqueFd file);

  const std::string name_;
  UniqueFd file_;
  std::vector<char> buffer_;
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> digest_;
  std::uint64_t bytes_ = 0;
  absl::Status error_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_HASHED_FILE_H_
