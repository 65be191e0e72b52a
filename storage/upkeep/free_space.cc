#include "storage/upkeep/free_space.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {
constexpr std::int64_t kIncremental = 2;  // of PRAGMA auto_vacuum
}

absl::StatusOr<bool> CanShrink(sqlite::Database& db) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t mode, db.QueryInteger("PRAGMA auto_vacuum"));
  return mode == kIncremental;
}

absl::StatusOr<bool> ReleasePages(sqlite::Database& db, int pages) {
  SEEP_ASSIGN_OR_RETURN(const bool can, CanShrink(db));
  if (!can) return false;
  SEEP_RETURN_IF_ERROR(db.Execute(absl::StrCat("PRAGMA incremental_vacuum(", pages, ")")));
  SEEP_ASSIGN_OR_RETURN(const std::int64_t left, db.QueryInteger("PRAGMA freelist_count"));
  return left > 0;
}

absl::Status TruncateWal(const std::string& path) {
  SEEP_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(path, sqlite::Access::kReadWrite));
  return db->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

absl::Status Rewrite(const std::string& path) {
  SEEP_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(path, sqlite::Access::kReadWrite));
  SEEP_RETURN_IF_ERROR(db->Execute("PRAGMA auto_vacuum=INCREMENTAL"));
  SEEP_RETURN_IF_ERROR(db->Execute("VACUUM"));
  return db->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace seep::storage
