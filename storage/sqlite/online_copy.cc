#include "storage/sqlite/online_copy.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/error.h"

namespace seep::sqlite {

OnlineCopy::OnlineCopy(Database& source, Transaction snapshot, std::string target)
    : source_(source), snapshot_(std::move(snapshot)), target_(std::move(target)) {}

absl::StatusOr<std::unique_ptr<OnlineCopy>> OnlineCopy::Open(Database& source, const std::string& target) {
  SEEP_ASSIGN_OR_RETURN(Transaction snapshot, Transaction::Begin(source, Transaction::Kind::kRead));
  // A transaction takes its snapshot with its first reading.
  SEEP_RETURN_IF_ERROR(source.QueryInteger("SELECT count(*) FROM sqlite_schema").status());
  {
    const UniqueFd fd(open(target.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    if (!fd.valid() && errno == EEXIST) return absl::AlreadyExistsError(absl::StrCat(target, " is there already"));
    if (!fd.valid()) return ErrnoStatus(errno, target);
  }
  auto copy = std::unique_ptr<OnlineCopy>(new OnlineCopy(source, std::move(snapshot), target));
  SEEP_ASSIGN_OR_RETURN(copy->copy_, Database::Open(target, Access::kPlainFile));
  copy->backup_ = sqlite3_backup_init(copy->copy_->connection(), "main", source.connection(), "main");
  if (copy->backup_ == nullptr) {
    return ErrorStatus(copy->copy_->connection(), sqlite3_errcode(copy->copy_->connection()), absl::StrCat("copy to ", target));
  }
  return copy;
}

OnlineCopy::~OnlineCopy() {
  if (backup_ != nullptr) sqlite3_backup_finish(backup_);
  copy_.reset();
  if (finished_) return;
  unlink(target_.c_str());
  unlink(absl::StrCat(target_, "-journal").c_str());
}

absl::StatusOr<bool> OnlineCopy::Step(int pages) {
  const int result = sqlite3_backup_step(backup_, pages);
  if (result == SQLITE_DONE) return true;
  if (result == SQLITE_OK) return false;
  return ErrorStatus(copy_->connection(), result, absl::StrCat("copy to ", target_));
}

int OnlineCopy::pages() const { return sqlite3_backup_pagecount(backup_); }
int OnlineCopy::pages_left() const { return sqlite3_backup_remaining(backup_); }

absl::Status OnlineCopy::Finish() {
  const int result = sqlite3_backup_finish(std::exchange(backup_, nullptr));
  if (result != SQLITE_OK) return ErrorStatus(copy_->connection(), result, absl::StrCat("copy to ", target_));
  snapshot_.reset();
  // The copied header says WAL; a copy is one file that a read-only disk can hold.
  SEEP_RETURN_IF_ERROR(copy_->Execute("PRAGMA journal_mode=DELETE"));
  copy_.reset();
  const UniqueFd fd(open(target_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("sync ", target_));
  finished_ = true;
  return absl::OkStatus();
}

}  // namespace seep::sqlite
