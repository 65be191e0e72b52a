#include "storage/sqlite/database.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/directory_lock.h"
#include "storage/sqlite/transaction.h"

namespace seep::sqlite {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-sqlite-test"));
    directory_.emplace(std::move(directory));
    path_ = directory_->path() + "/test.db";
    ASSERT_OK_AND_ASSIGN(db_, Database::Open(path_, Access::kReadWrite));
    ASSERT_OK(db_->Execute("CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;"
                           "CREATE TABLE t (a INTEGER UNIQUE, b REAL, c TEXT, p INTEGER REFERENCES parent) STRICT"));
  }
  absl::Status Insert(std::int64_t a) {
    SEEP_ASSIGN_OR_RETURN(Statement insert, db_->Prepare("INSERT INTO t (a) VALUES (?)"));
    insert.BindAll(a);
    return insert.Run();
  }
  std::int64_t Count() { return db_->QueryInteger("SELECT count(*) FROM t").value_or(-1); }

  std::optional<TempDirectory> directory_;
  std::string path_;
  std::unique_ptr<Database> db_;
};

TEST_F(DatabaseTest, IsDurableAndWatchful) {
  EXPECT_EQ(db_->QueryInteger("PRAGMA synchronous").value_or(-1), 2) << "FULL";
  EXPECT_EQ(db_->QueryInteger("PRAGMA foreign_keys").value_or(-1), 1);
  ASSERT_OK_AND_ASSIGN(Statement mode, db_->Prepare("PRAGMA journal_mode"));
  ASSERT_OK(mode.Step());
  EXPECT_EQ(mode.Text(0), "wal");
}

TEST_F(DatabaseTest, ATransactionThatIsNotCommittedLeavesNothing) {
  {
    ASSERT_OK_AND_ASSIGN(Transaction transaction, Transaction::Begin(*db_, Transaction::Kind::kWrite));
    ASSERT_OK(Insert(1));
  }
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 0);
}

TEST_F(DatabaseTest, ASavepointTakesBackOnlyItsOwn) {
  ASSERT_OK_AND_ASSIGN(Transaction transaction, Transaction::Begin(*db_, Transaction::Kind::kWrite));
  ASSERT_OK(Insert(1));
  {
    ASSERT_OK_AND_ASSIGN(Savepoint savepoint, Savepoint::Begin(*db_));
    ASSERT_OK(Insert(2));
  }
  {
    ASSERT_OK_AND_ASSIGN(Savepoint savepoint, Savepoint::Begin(*db_));
    ASSERT_OK(Insert(3));
    ASSERT_OK(savepoint.Release());
  }
  ASSERT_OK(transaction.Commit());
  EXPECT_EQ(db_->QueryInteger("SELECT sum(a) FROM t").value_or(-1), 4);
}

TEST_F(DatabaseTest, AStatementLeavesNoReadTransactionOpen) {
  ASSERT_OK(Insert(1));
  ASSERT_OK(Insert(2));
  {
    ASSERT_OK_AND_ASSIGN(Statement select, db_->Prepare("SELECT a FROM t"));
    ASSERT_OK(select.Step());  // and not to the end
  }
  EXPECT_OK(db_->Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  EXPECT_EQ(db_->QueryInteger("PRAGMA wal_checkpoint(TRUNCATE)").value_or(-1), 0) << "not busy";
}

TEST_F(DatabaseTest, AStatementCanBeUsedWhileItIsLent) {
  ASSERT_OK(Insert(1));
  ASSERT_OK(Insert(2));
  ASSERT_OK_AND_ASSIGN(Statement outer, db_->Prepare("SELECT a FROM t ORDER BY a"));
  ASSERT_OK(outer.Step());
  ASSERT_OK_AND_ASSIGN(Statement inner, db_->Prepare("SELECT a FROM t ORDER BY a"));
  ASSERT_OK(inner.Step());
  ASSERT_OK(inner.Step());
  EXPECT_EQ(outer.Integer(0), 1);
  EXPECT_EQ(inner.Integer(0), 2);
}

TEST_F(DatabaseTest, BindsByKind) {
  enum class Colour { kRed = 7 };
  ASSERT_OK_AND_ASSIGN(Statement select, db_->Prepare("SELECT typeof(?), ?, typeof(?), typeof(?), ?, typeof(?)"));
  select.BindAll(std::uint64_t{1} << 40, Colour::kRed, 1.5, std::nan(""), std::string("a\0b", 3), "");
  ASSERT_OK(select.Step());
  EXPECT_EQ(select.Text(0), "integer");
  EXPECT_EQ(select.Integer(1), 7);
  EXPECT_EQ(select.Text(2), "real");
  EXPECT_EQ(select.Text(3), "null") << "SQLite has no NaN";
  EXPECT_EQ(select.Text(4), std::string("a\0b", 3));
  EXPECT_EQ(select.Text(5), "text");
}

TEST_F(DatabaseTest, StatusesSayWhatToDo) {
  ASSERT_OK(Insert(1));
  EXPECT_THAT(Insert(1), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("UNIQUE")));
  EXPECT_THAT(db_->Execute("INSERT INTO t (p) VALUES (9)"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(db_->Execute("SELEC"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Database::Open(directory_->path() + "/none.db", Access::kReadOnly),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.db")));
  ASSERT_OK_AND_ASSIGN(auto reader, Database::Open(path_, Access::kReadOnly));
  EXPECT_THAT(reader->Execute("DELETE FROM t"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(Count(), 1);
}

TEST_F(DatabaseTest, ADirectoryHasOneHolderAtATime) {
  {
    ASSERT_OK_AND_ASSIGN(const DirectoryLock first, DirectoryLock::Take(directory_->path()));
    EXPECT_THAT(DirectoryLock::Take(directory_->path()),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(std::to_string(getpid()))));
  }
  EXPECT_OK(DirectoryLock::Take(directory_->path()));
}

}  // namespace
}  // namespace seep::sqlite
