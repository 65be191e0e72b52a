#include "storage/migrations/migration.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

class MigrationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-migration-test"));
    directory_.emplace(std::move(directory));
    path_ = directory_->path() + "/seep.db";
    one_ = {Migrations()[0]};
    two_ = one_;
    two_.push_back({"add notes", "ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';"
                                 "CREATE TABLE pin (run_no INTEGER PRIMARY KEY) STRICT;"});
  }
  std::unique_ptr<sqlite::Database> OpenDatabase() {
    auto db = sqlite::Database::Open(path_, sqlite::Access::kReadWrite);
    EXPECT_OK(db);
    return db.ok() ? *std::move(db) : nullptr;
  }
  void FillVersionOne() {
    auto db = OpenDatabase();
    ASSERT_OK(Migrate(*db, one_, nullptr));
    ASSERT_OK(db->Execute("INSERT INTO campaign (campaign_no, campaign_id, name, yaml, created_wall_us)"
                          " VALUES (1, 'c-0001', 'kept', '', 1)"));
  }

  std::optional<TempDirectory> directory_;
  std::string path_;
  std::vector<Migration> one_, two_;
};

TEST_F(MigrationTest, MakesANewDatabaseWithoutABackup) {
  auto db = OpenDatabase();
  ASSERT_OK_AND_ASSIGN(const MigrationResult result, Migrate(*db, Migrations(), nullptr));
  EXPECT_EQ(result.from_version, 0);
  EXPECT_EQ(result.backup, "");
  EXPECT_EQ(db->QueryInteger("PRAGMA application_id").value_or(0), kApplicationId);
  EXPECT_EQ(db->QueryInteger("PRAGMA user_version").value_or(0), static_cast<int>(Migrations().size()));
  ASSERT_OK(Migrate(*db, Migrations(), nullptr));
}

TEST_F(MigrationTest, BacksUpThenUpgradesAndKeepsTheData) {
  FillVersionOne();
  auto db = OpenDatabase();
  ASSERT_OK_AND_ASSIGN(const MigrationResult result, Migrate(*db, two_, nullptr));
  EXPECT_EQ(result.backup, path_ + ".v1-backup");
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM campaign WHERE name = 'kept'").value_or(0), 1);
  EXPECT_OK(db->Execute("SELECT note FROM run"));
  ASSERT_OK_AND_ASSIGN(auto backup, sqlite::Database::Open(result.backup, sqlite::Access::kReadOnly));
  EXPECT_EQ(backup->QueryInteger("PRAGMA user_version").value_or(0), 1);
  EXPECT_EQ(backup->QueryInteger("SELECT count(*) FROM campaign WHERE name = 'kept'").value_or(0), 1);
}

TEST_F(MigrationTest, BringsTheFirstReleasesDatabaseToThisOne) {
  FillVersionOne();
  auto db = OpenDatabase();
  ASSERT_OK_AND_ASSIGN(const MigrationResult result, Migrate(*db, Migrations(), nullptr));
  EXPECT_EQ(result.from_version, 1);
  EXPECT_EQ(result.to_version, static_cast<int>(Migrations().size()));
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM campaign WHERE name = 'kept'").value_or(0), 1);
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM artefact").value_or(-1), 0);
}

TEST_F(MigrationTest, AStepThatFailsLeavesTheOldVersion) {
  FillVersionOne();
  two_[1].sql = "CREATE TABLE pin (run_no INTEGER PRIMARY KEY); DROP TABLE campaign; SELECT * FROM nowhere;";
  auto db = OpenDatabase();
  EXPECT_THAT(Migrate(*db, two_, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("to version 2 (add notes)")));
  EXPECT_EQ(db->QueryInteger("PRAGMA user_version").value_or(0), 1);
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM campaign").value_or(0), 1);
  EXPECT_FALSE(db->Execute("SELECT * FROM pin").ok());
}

TEST_F(MigrationTest, RefusesANewerSchema) {
  {
    auto db = OpenDatabase();
    ASSERT_OK(Migrate(*db, two_, nullptr));
  }
  auto db = OpenDatabase();
  EXPECT_THAT(Migrate(*db, one_, nullptr),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has schema version 2")));
}

TEST_F(MigrationTest, RefusesAnotherProgramsDatabase) {
  auto db = OpenDatabase();
  ASSERT_OK(db->Execute("CREATE TABLE bookmarks (url TEXT)"));
  EXPECT_THAT(Migrate(*db, Migrations(), nullptr),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another program")));
}

TEST_F(MigrationTest, SaysWhenTheFileIsNoDatabase) {
  ASSERT_OK(WriteFileAtomically(path_, std::string(8192, 'x')));
  EXPECT_THAT(sqlite::Database::Open(path_, sqlite::Access::kReadWrite),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path_)));
}

// R12: a child that migrates is killed after ever more of its work; the next
// start always finds version 1 or 2, whole.
TEST_F(MigrationTest, SurvivesAKillAtAnyStep) {
  FillVersionOne();
  std::string rows = "CREATE TABLE pin (run_no INTEGER PRIMARY KEY) STRICT;";
  for (int i = 0; i < 400; ++i) absl::StrAppend(&rows, "INSERT INTO pin VALUES (", i, ");");
  two_[1].sql = rows.c_str();
  int killed = 0;
  for (int attempt = 0; attempt < 15; ++attempt) {
    const pid_t child = fork();
    if (child == 0) {
      // An interval timer is as good as any moment; the default action kills.
      ualarm(static_cast<useconds_t>(500 + attempt * 700), 0);
      auto db = sqlite::Database::Open(path_, sqlite::Access::kReadWrite);
      _exit(db.ok() && Migrate(**db, two_, nullptr).ok() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    ASSERT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    auto db = OpenDatabase();
    const std::int64_t version = db->QueryInteger("PRAGMA user_version").value_or(-1);
    ASSERT_TRUE(version == 1 || version == 2);
    EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM campaign").value_or(0), 1);
    EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name = 'pin'").value_or(-1), version - 1);
    if (version == 2) {
      EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM pin").value_or(0), 400);
      ASSERT_OK(db->Execute("DROP TABLE pin; PRAGMA user_version = 1"));
    }
  }
  EXPECT_GT(killed, 0) << "no attempt was cut short: the test shows nothing";
  auto db = OpenDatabase();
  ASSERT_OK(Migrate(*db, two_, nullptr));
}

}  // namespace
}  // namespace seep::storage
