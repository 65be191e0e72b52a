// Whole files, read within a limit and written so that a crash leaves the old
// or the new content, never half; and the quantities that people type.
//
// Threads: safe from any.
// Failure: kNotFound, kPermissionDenied, kResourceExhausted (too large, disk
//          full), kInternal; messages name the path.
#ifndef SEEP_COMMON_OS_FILES_H_
#define SEEP_COMMON_OS_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seep {

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes = 16 << 20);
absl::Status WriteFileAtomically(const std::string& path, std::string_view content, int mode = 0644);
absl::Status MakeDirectories(const std::string& path, int mode = 0755);
absl::Status RemoveTree(const std::string& path);  // missing: fine; never follows symlinks
bool FileExists(const std::string& path);
// The directory that holds the running binary.
absl::StatusOr<std::string> OwnBinaryDirectory();

absl::Status ErrnoStatus(int error, std::string_view what);

// "4KiB", "1.5MB", "512B", "4096" → bytes; "250ms", "1h30m", "90d" → duration.
// Refuses negatives, NaN, unknown units and absurd magnitudes (> 2^53 bytes,
// > 10 years), saying what is accepted.
absl::StatusOr<std::int64_t> ParseByteSize(std::string_view text);
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);

// Control characters (ANSI escapes included) and invalid UTF-8 become '?', so that a
// name or a log line cannot drive a terminal. '\n' and '\t' stay if `keep_lines`.
std::string Printable(std::string_view text, bool keep_lines = false);

}  // namespace seep

#endif  // SEEP_COMMON_OS_FILES_H_
