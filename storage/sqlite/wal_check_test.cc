#include "storage/sqlite/wal_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"

namespace seep::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kHeader = 32, kFrame = 24 + 8192;
constexpr int kCommits = 10;

class WalCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-wal-test"));
    directory_.emplace(std::move(directory));
    const std::string original = directory_->path() + "/original.db";
    ASSERT_OK_AND_ASSIGN(db_, Database::Open(original, Access::kReadWrite));
    ASSERT_OK(db_->Execute("CREATE TABLE t (a INTEGER PRIMARY KEY)"));
    // A second use of the same file: what lies behind its end is of the first.
    for (int i = 0; i < 5 * kCommits; ++i) ASSERT_OK(db_->Execute(absl::StrCat("INSERT INTO t VALUES (", i, ")")));
    ASSERT_OK(db_->Execute("PRAGMA wal_checkpoint(RESTART)"));
    for (int i = 0; i < kCommits; ++i) ASSERT_OK(db_->Execute(absl::StrCat("INSERT INTO t VALUES (", 1000 + i, ")")));
    // While it is open: closing would empty the WAL.
    fs::copy_file(original, path_ = directory_->path() + "/copy.db");
    fs::copy_file(original + "-wal", path_ + "-wal");
    ASSERT_GT(fs::file_size(path_ + "-wal"), kHeader + 2 * kCommits * kFrame);
  }
  void Flip(std::uint64_t byte) {
    std::fstream stream(path_ + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(byte));
    const char flipped = static_cast<char>(stream.get() ^ 0x10);
    stream.seekp(static_cast<std::streamoff>(byte));
    stream.put(flipped);
  }
  WalDamage Check() {
    const absl::StatusOr<WalDamage> damage = CheckWal(path_);
    EXPECT_OK(damage);
    return damage.ok() ? *damage : WalDamage();
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<Database> db_;
  std::string path_;
};

TEST_F(WalCheckTest, ASoundOneIsSound) {
  EXPECT_EQ(Check().frame, 0u);
  fs::remove(path_ + "-wal");
  EXPECT_EQ(Check().frame, 0u);
}

TEST_F(WalCheckTest, ABitInAPageTakesTheCommitsBehindIt) {
  Flip(kHeader + 3 * kFrame + 5000);
  EXPECT_EQ(Check().frame, 4u);
  EXPECT_EQ(Check().commits_lost, static_cast<std::uint64_t>(kCommits) - 3);
  // SQLite itself says nothing, which is why it is looked for.
  ASSERT_OK_AND_ASSIGN(auto db, Database::Open(path_, Access::kReadWrite));
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM t").value_or(0), 5 * kCommits + 3);
  EXPECT_EQ(db->QueryInteger("SELECT integrity_check = 'ok' FROM pragma_integrity_check").value_or(0), 1);
}

TEST_F(WalCheckTest, EveryFieldOfTheHeadersCounts) {
  for (const std::uint64_t byte : {0u, 3u, 5u, 9u, 17u, 21u, 25u, 29u}) {
    Flip(byte);
    EXPECT_EQ(Check().frame, 1u) << "byte " << byte;
    Flip(byte);
  }
  for (const std::uint64_t byte : {1u, 5u, 9u, 13u, 17u, 21u}) {
    Flip(kHeader + 2 * kFrame + byte);
    EXPECT_EQ(Check().frame, 3u) << "byte " << byte;
    Flip(kHeader + 2 * kFrame + byte);
  }
  EXPECT_EQ(Check().frame, 0u);
}

TEST_F(WalCheckTest, TheEndThatACrashLeavesIsNoDamage) {
  fs::resize_file(path_ + "-wal", kHeader + (kCommits - 1) * kFrame + 4000);
  EXPECT_EQ(Check().frame, 0u);
}

TEST_F(WalCheckTest, TheLastCommitMayBeDamageToo) {
  Flip(kHeader + (kCommits - 1) * kFrame + 5000);
  EXPECT_EQ(Check().frame, static_cast<std::uint64_t>(kCommits));
  EXPECT_EQ(Check().commits_lost, 1u);
}

}  // namespace
}  // namespace seep::sqlite
