#include "cli/recordings/hashed_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/recordings/harness_log_source.h"
#include "common/os/files.h"
#include "common/status/check.h"

namespace seep::cli {

HashedFile::HashedFile(std::string name, UniqueFd file)
    : name_(std::move(name)), file_(std::move(file)), buffer_(kBufferBytes), digest_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  SEEP_CHECK(EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr) == 1);
}

HashedFile::~HashedFile() = default;

absl::StatusOr<std::unique_ptr<HashedFile>> HashedFile::Open(const std::string& path) {
  if (path == "-") return std::unique_ptr<HashedFile>(new HashedFile("standard input", UniqueFd(dup(STDIN_FILENO))));
  const std::string name = Printable(path);
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return absl::InvalidArgumentError(absl::StrCat(name, ": cannot be read: ", std::strerror(errno)));
  struct stat about {};
  if (fstat(file.get(), &about) == 0 && S_ISDIR(about.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": is a directory; name its files"));
  }
  return std::unique_ptr<HashedFile>(new HashedFile(name, std::move(file)));
}

HashedFile::int_type HashedFile::underflow() {
  if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
  ssize_t got = 0;
  do {
    got = read(file_.get(), buffer_.data(), buffer_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) error_ = absl::InvalidArgumentError(absl::StrCat(name_, ": cannot be read any further: ", std::strerror(errno)));
  if (got <= 0) return traits_type::eof();
  SEEP_CHECK(EVP_DigestUpdate(digest_.get(), buffer_.data(), static_cast<std::size_t>(got)) == 1);
  bytes_ += static_cast<std::uint64_t>(got);
  setg(buffer_.data(), buffer_.data(), buffer_.data() + got);
  return traits_type::to_int_type(buffer_[0]);
}

RecordingKind HashedFile::Kind() {
  if (underflow() == traits_type::eof()) return RecordingKind::kCsv;
  absl::string_view begin(gptr(), static_cast<std::size_t>(egptr() - gptr()));
  if (absl::StartsWith(begin, "SQLite format 3")) return RecordingKind::kSqlite;
  absl::ConsumePrefix(&begin, "\xef\xbb\xbf");
  constexpr std::size_t kLooked = 16 * 1024;
  const absl::string_view some = begin.substr(0, kLooked);
  if (LooksLikeHarnessLog({some.data(), some.size()})) return RecordingKind::kHarnessLog;
  const std::size_t first = begin.find_first_not_of(" \t\r\n");
  if (first == absl::string_view::npos || (begin[first] != '{' && begin[first] != '[')) return RecordingKind::kCsv;
  const absl::string_view head = begin.substr(first, 200);
  return head.find("\"type\"") != absl::string_view::npos && head.find("\"schema_version\"") != absl::string_view::npos ? RecordingKind::kJsonLines
                                                                                                                  : RecordingKind::kPrometheus;
}

absl::StatusOr<std::string> HashedFile::Sha256() {
  do {
    setg(buffer_.data(), buffer_.data(), buffer_.data());
  } while (underflow() != traits_type::eof());
  if (!error_.ok()) return error_;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  SEEP_CHECK(EVP_DigestFinal_ex(digest_.get(), digest, &size) == 1);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

}  // namespace seep::cli
