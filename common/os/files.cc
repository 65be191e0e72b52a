#include "common/os/files.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"

namespace seep {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

absl::Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, absl::StrCat("writing ", path));
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

// The rename itself is durable only once its directory is.
absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  UniqueFd directory(open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || fsync(directory.get()) != 0) return ErrnoStatus(errno, absl::StrCat("syncing ", parent));
  return absl::OkStatus();
}

// The length of the valid UTF-8 sequence at the start of `text`, 0 if none.
int Utf8Length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  int length = 0;
  std::uint32_t point = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) length = 2, point = lead & 0x1f;
  else if (lead >= 0xe0 && lead < 0xf0) length = 3, point = lead & 0x0f;
  else if (lead >= 0xf0 && lead < 0xf5) length = 4, point = lead & 0x07;
  if (length == 0 || text.size() < static_cast<std::size_t>(length)) return 0;
  for (int i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
    if ((next & 0xc0) != 0x80) return 0;
    point = (point << 6) | (next & 0x3f);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  const bool c1_control = point < 0xa0;
  const bool bidi_override = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  return overlong || surrogate || c1_control || bidi_override || point > 0x10ffff ? 0 : length;
}

}  // namespace

absl::Status ErrnoStatus(int error, std::string_view what) {
  const std::string message = absl::StrCat(View(what), ": ", std::strerror(error));
  switch (error) {
    case ENOENT: return absl::NotFoundError(message);
    case EEXIST: return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
    case EROFS: return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EFBIG: return absl::ResourceExhaustedError(message);
    default: return absl::InternalError(message);
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, path);
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got == 0) return content;
    if (got < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, path);
    }
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > max_bytes) {
      return absl::ResourceExhaustedError(absl::StrCat(path, ": larger than ", max_bytes, " bytes"));
    }
  }
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view content, int mode) {
  std::string temporary = path + ".XXXXXX";
  UniqueFd file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("creating a file beside ", path));
  absl::Status status = WriteAll(file.get(), content, path);
  if (status.ok() && (fchmod(file.get(), static_cast<mode_t>(mode)) != 0 || fsync(file.get()) != 0)) {
    status = ErrnoStatus(errno, absl::StrCat("writing ", path));
  }
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, absl::StrCat("renaming onto ", path));
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return SyncDirectoryOf(path);
}

absl::Status MakeDirectories(const std::string& path, int mode) {
  std::error_code error;
  std::filesystem::path built;
  for (const auto& part : std::filesystem::path(path)) {
    built /= part;
    if (std::filesystem::is_directory(built, error)) continue;
    if (mkdir(built.c_str(), static_cast<mode_t>(mode)) != 0 && errno != EEXIST) {
      return ErrnoStatus(errno, absl::StrCat("creating directory ", built.string()));
    }
  }
  if (!std::filesystem::is_directory(path, error)) return ErrnoStatus(ENOTDIR, path);
  return absl::OkStatus();
}

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return ErrnoStatus(error.value(), absl::StrCat("removing ", path));
  return absl::OkStatus();
}

bool FileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

absl::StatusOr<std::string> OwnBinaryDirectory() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  if (length < 0) return ErrnoStatus(errno, "/proc/self/exe");
  return std::filesystem::path(std::string(path, static_cast<std::size_t>(length))).parent_path().string();
}

absl::StatusOr<std::int64_t> ParseByteSize(std::string_view text) {
  static constexpr struct { const char* unit; double factor; } kUnits[] = {
      {"", 1}, {"B", 1}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
      {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
  const std::size_t digits = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, digits);
  const std::string_view unit = digits == std::string_view::npos ? std::string_view() : text.substr(digits);
  double value = 0;
  if (!number.empty() && absl::SimpleAtod(View(number), &value)) {
    for (const auto& known : kUnits) {
      if (unit != known.unit) continue;
      const double bytes = std::round(value * known.factor);
      if (bytes <= 0x1p53) return static_cast<std::int64_t>(bytes);
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", Printable(text), "' is not a size; write a number with B, KB, MB, GB, KiB, MiB or GiB, such as 4KiB"));
}

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  absl::Duration duration, days;
  const bool signed_text = !text.empty() && (text[0] == '-' || text[0] == '+');
  // Abseil has no days: they stand in front, "90d" or "1d12h".
  const std::size_t d = text.find('d');
  std::string_view rest = text;
  std::uint32_t count = 0;
  if (d != std::string_view::npos && absl::SimpleAtoi(View(text.substr(0, d)), &count)) {
    days = absl::Hours(24) * count;
    rest = d + 1 == text.size() ? "0" : text.substr(d + 1);
  }
  if (!text.empty() && !signed_text && absl::ParseDuration(View(rest), &duration) &&
      duration >= absl::ZeroDuration() && days + duration <= absl::Hours(24 * 3653)) {
    return days + duration;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", Printable(text), "' is not a duration between 0 and 10 years; write it as 250ms, 20s, 5m, 1h30m, 90d"));
}

std::string Printable(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    const bool kept_control = keep_lines && (c == '\n' || c == '\t');
    const int length = kept_control ? 1 : Utf8Length(text);
    const bool control = !kept_control && (c < 0x20 || c == 0x7f);
    if (length == 0 || control) out += '?';
    else out.append(text.substr(0, static_cast<std::size_t>(length)));
    text.remove_prefix(static_cast<std::size_t>(std::max(length, 1)));
  }
  return out;
}

}  // namespace seep
