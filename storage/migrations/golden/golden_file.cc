#include "storage/migrations/golden/golden_file.h"

#include <zstd.h>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::storage::golden {

absl::StatusOr<std::string> ReadGolden(int version) {
  const std::string path = absl::StrCat(SEEP_GOLDEN_DIRECTORY, "/v", version, ".db.zst");
  SEEP_ASSIGN_OR_RETURN(const std::string packed, ReadFile(path));
  constexpr unsigned long long kMost = 64u << 20;
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size > kMost) return absl::DataLossError(absl::StrCat(path, " is no golden database"));
  std::string bytes(size, '\0');
  if (ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size()) != size) {
    return absl::DataLossError(absl::StrCat(path, " is damaged"));
  }
  return bytes;
}

}  // namespace seep::storage::golden
