#include "storage/upkeep/store_backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/online_copy.h"
#include "storage/upkeep/store_check.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxName = 128;
constexpr int kPagesPerStep = 128;  // 1 MiB: then whoever waits is told, or heard

absl::Status Copy(sqlite::Database& db, const std::string& target, const UpkeepPorts& ports) {
  SEEP_ASSIGN_OR_RETURN(auto copy, sqlite::OnlineCopy::Open(db, target));
  while (true) {
    if (ports.cancelled()) return absl::CancelledError("nobody waits for the backup any more");
    SEEP_ASSIGN_OR_RETURN(const bool all, copy->Step(kPagesPerStep));
    v1::UpkeepProgress progress;
    progress.set_doing("copying");
    progress.set_total(static_cast<std::uint64_t>(copy->pages()));
    progress.set_done(static_cast<std::uint64_t>(copy->pages() - copy->pages_left()));
    progress.set_unit("pages");
    ports.progress(progress);
    if (all) return copy->Finish();
  }
}

absl::StatusOr<v1::CheckResult> CheckCopy(const std::string& path, const UpkeepPorts& ports) {
  SEEP_ASSIGN_OR_RETURN(auto copy, sqlite::Database::Open(path, sqlite::Access::kReadOnly));
  SEEP_ASSIGN_OR_RETURN(v1::CheckResult result, CheckStore(*copy, {}, ports));
  if (result.findings() == 0) return result;
  return absl::DataLossError(absl::StrCat("the copy has ", result.findings(), " findings and was removed;"
                                          " `seep store check` shows those of the store itself"));
}

// Under its name only if that is free: link(2) never replaces.
absl::Status GiveName(const std::string& partial, const std::string& path, const std::string& directory) {
  if (link(partial.c_str(), path.c_str()) != 0) {
    return errno == EEXIST ? absl::AlreadyExistsError(absl::StrCat(path, " is there already")) : ErrnoStatus(errno, path);
  }
  unlink(partial.c_str());
  const UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("sync ", directory));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBackupName(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (!name.empty() && name.size() <= kMaxName && plain && name[0] != '.' && name[0] != '-') return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a backup's name is a plain file name of letters, digits, '.', '_' and '-', not '", Printable(name.substr(0, kMaxName)),
                   "': it is written to the coordinator's own backup directory"));
}

absl::StatusOr<v1::BackUpResult> BackUpStore(sqlite::Database& db, const std::string& directory,
                                             const std::string& name, UpkeepPorts ports) {
  SEEP_RETURN_IF_ERROR(CheckBackupName(name));
  SEEP_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  const std::string path = absl::StrCat(directory, "/", name), partial = absl::StrCat(path, ".partial");
  if (FileExists(path)) return absl::AlreadyExistsError(absl::StrCat(path, " is there already; nothing is overwritten"));
  unlink(partial.c_str());
  SEEP_RETURN_IF_ERROR(Copy(db, partial, ports));
  v1::BackUpResult result;
  absl::StatusOr<v1::CheckResult> checked = CheckCopy(partial, ports);
  absl::Status done = checked.status();
  if (done.ok()) done = GiveName(partial, path, directory);
  if (!done.ok()) {
    unlink(partial.c_str());
    return done;
  }
  *result.mutable_check() = *std::move(checked);
  result.mutable_check()->set_file(path);
  result.set_path(path);
  struct stat found {};
  if (stat(path.c_str(), &found) == 0) result.set_bytes(static_cast<std::uint64_t>(found.st_size));
  return result;
}

}  // namespace seep::storage
