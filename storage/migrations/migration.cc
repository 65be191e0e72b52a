#include "storage/migrations/migration.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {
namespace {

absl::Status CheckOwner(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t owner, db.QueryInteger("PRAGMA application_id"));
  if (owner == kApplicationId) return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(const std::int64_t objects,
                        db.QueryInteger("SELECT count(*) FROM sqlite_schema"));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t version, db.QueryInteger("PRAGMA user_version"));
  if (owner == 0 && objects == 0 && version == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(db.path(), " is a SQLite database of another program (application_id ", owner,
                   "); choose another data directory"));
}

absl::Status SyncFile(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("sync ", path));
  return absl::OkStatus();
}

// Written under another name first: a backup that is there is whole.
absl::StatusOr<std::string> BackUp(sqlite::Database& db, int version) {
  const std::string backup = absl::StrCat(db.path(), ".v", version, "-backup");
  const std::string partial = absl::StrCat(backup, ".partial");
  unlink(partial.c_str());
  absl::Status copied;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement vacuum, db.Prepare("VACUUM INTO ?"));
    vacuum.BindAll(partial);
    copied = vacuum.Run();
  }
  if (copied.ok()) copied = SyncFile(partial);
  if (copied.ok() && std::rename(partial.c_str(), backup.c_str()) != 0) copied = ErrnoStatus(errno, backup);
  if (copied.ok()) copied = SyncFile(backup.substr(0, backup.rfind('/') + 1) + ".");
  if (copied.ok()) return backup;
  unlink(partial.c_str());
  return Annotate(copied, absl::StrCat("backing up ", db.path(), " before its migration"));
}

absl::Status Apply(sqlite::Database& db, const Migration& step, int version, const char* views) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                        sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kWrite));
  SEEP_RETURN_IF_ERROR(db.Execute(step.sql));
  if (views != nullptr) SEEP_RETURN_IF_ERROR(db.Execute(views));
  SEEP_RETURN_IF_ERROR(db.Execute(absl::StrCat("PRAGMA application_id=", kApplicationId,
                                               ";PRAGMA user_version=", version)));
  return transaction.Commit();
}

}  // namespace

absl::StatusOr<MigrationResult> Migrate(sqlite::Database& db, const std::vector<Migration>& migrations,
                                        const char* views) {
  SEEP_RETURN_IF_ERROR(CheckOwner(db));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t from, db.QueryInteger("PRAGMA user_version"));
  const int newest = static_cast<int>(migrations.size());
  MigrationResult result{static_cast<int>(from), newest, ""};
  if (from > newest || from < 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        db.path(), " has schema version ", from, ", this program knows up to ", newest,
        "; run the newer Seep that wrote it, or restore a backup (*-backup beside it)"));
  }
  if (from == newest) return result;
  if (from > 0) {
    SEEP_ASSIGN_OR_RETURN(result.backup, BackUp(db, result.from_version));
  }
  for (int version = result.from_version + 1; version <= newest; ++version) {
    const Migration& step = migrations[static_cast<std::size_t>(version - 1)];
    // The views belong to the last step: between two steps they may not fit.
    SEEP_RETURN_IF_ERROR(
        Annotate(Apply(db, step, version, version == newest ? views : nullptr),
                 absl::StrCat("migrating ", db.path(), " to version ", version, " (", step.name, ")")));
  }
  return result;
}

}  // namespace seep::storage
