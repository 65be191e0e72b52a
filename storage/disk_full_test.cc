// R7: on a full disk writes are refused with the reason, nothing is acknowledged
// that is not stored, and the store goes on by itself when there is space. The
// full disk is RLIMIT_FSIZE (files of this process cannot grow beyond it) and,
// where mounting is permitted, a small tmpfs.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::MakeBatch;
using testing::WaitingStore;
using ::testing::HasSubstr;

class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);  // an error of the write instead
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

class DiskFullTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-full-test"));
    directory_.emplace(std::move(directory));
    options_.directory = directory_->path();
    options_.commit_interval = absl::Milliseconds(1);
  }

  // Appends batches of 50 until one is refused; how that was.
  absl::Status AppendUntilRefused(WaitingStore& store, std::uint64_t& next) {
    for (int i = 0; i < 10'000; ++i) {
      const auto got = store.Append(MakeBatch("r-0001", next, 50));
      if (!got.ok()) return got.status();
      next = got->ack.through_sequence() + 1;
    }
    return absl::OkStatus();
  }
  void CheckStored(WaitingStore& store, std::uint64_t through) {
    SampleCursor cursor;
    std::uint64_t expected = 1;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const SamplePage page, store.Wait<SamplePage>([&](Store& s, auto got) {
        s.ReadSamples("r-0001", cursor, 5000, std::move(got));
      }));
      for (const v1::Sample& sample : page.samples) ASSERT_EQ(sample.sequence(), expected++);
      cursor = page.next;
      if (page.at_end) break;
    }
    EXPECT_EQ(expected, through + 1);
  }

  std::optional<TempDirectory> directory_;
  StoreOptions options_;
};

TEST_F(DiskFullTest, RefusesAndResumes) {
  WaitingStore store;
  ASSERT_OK(store.Open(options_));
  ASSERT_OK(store.CreateRuns(1));
  std::uint64_t next = 1;
  for (int round = 0; round < 3; ++round) {
    {
      const auto largest = std::max(std::filesystem::file_size(options_.directory + "/seep.db"),
                                    std::filesystem::file_size(options_.directory + "/seep.db-wal"));
      FileSizeLimit full(largest + 600'000);
      const absl::Status refused = AppendUntilRefused(store, next);
      EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("nothing was stored")));
      EXPECT_THAT(store.CreateRuns(1), StatusIs(absl::StatusCode::kResourceExhausted));
      EXPECT_NE(store.store().stats().failure, "");
      // Reading goes on, and shows what was acknowledged and no more.
      ASSERT_OK_AND_ASSIGN(const v1::Run run, store.GetRun("r-0001"));
      EXPECT_EQ(run.samples(), next - 1);
    }
    ASSERT_OK_AND_ASSIGN(const AppendOutcome resumed, store.Append(MakeBatch("r-0001", next, 50)));
    EXPECT_EQ(resumed.stored, 50u);
    next += 50;
    EXPECT_EQ(store.store().stats().failure, "");
  }
  EXPECT_GT(next, 1000u);
  CheckStored(store, next - 1);
  store.Close();
  WaitingStore again;
  ASSERT_OK(again.Open(options_));
  CheckStored(again, next - 1);
  ASSERT_OK_AND_ASSIGN(const StoredCampaign campaign, again.CreateRuns(1));
  EXPECT_EQ(campaign.campaign.campaign_id(), "c-0002") << "a refused campaign took no id";
}

// What compaction cannot write it leaves as it is, and takes up again.
TEST_F(DiskFullTest, CompactionGoesOnWhenThereIsSpace) {
  options_.compaction.settle_after = absl::ZeroDuration();
  options_.compaction.retry_after = absl::Milliseconds(20);
  WaitingStore store;
  ASSERT_OK(store.Open(options_));
  ASSERT_OK(store.CreateRuns(1));
  std::uint64_t next = 1;
  for (int round = 0; round < 6; ++round) {
    const auto largest = std::max(std::filesystem::file_size(options_.directory + "/seep.db"),
                                  std::filesystem::file_size(options_.directory + "/seep.db-wal"));
    FileSizeLimit full(largest + 200'000);
    EXPECT_THAT(AppendUntilRefused(store, next), StatusIs(absl::StatusCode::kResourceExhausted));
  }
  ASSERT_OK(store.SetState("r-0001", v1::RUN_STATE_FINISHED));
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store.store().database_path(), sqlite::Access::kReadOnly));
  while (db->QueryInteger("SELECT settled FROM stream").value_or(0) == 0) {
    ASSERT_LT(absl::Now(), deadline) << store.store().stats().compaction.failure;
    ASSERT_OK(store.GetRun("r-0001"));
  }
  EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM tail").value_or(-1), 0);
  EXPECT_EQ(store.store().stats().compaction.streams_failed, 0u);
  CheckStored(store, next - 1);
}

TEST_F(DiskFullTest, RefusesAndResumesOnASmallFileSystem) {
  const char* const path = directory_->path().c_str();
  if (mount("seep", path, "tmpfs", 0, "size=4m") != 0) GTEST_SKIP() << "mounting is not permitted here";
  struct Unmount {
    const char* path;
    ~Unmount() { umount(path); }
  } unmount{path};
  WaitingStore store;
  ASSERT_OK(store.Open(options_));
  ASSERT_OK(store.CreateRuns(1));
  std::uint64_t next = 1;
  EXPECT_THAT(AppendUntilRefused(store, next), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("full")));
  ASSERT_EQ(mount("seep", path, "tmpfs", MS_REMOUNT, "size=64m"), 0);
  ASSERT_OK(store.Append(MakeBatch("r-0001", next, 50)));
  CheckStored(store, next + 49);
  store.Close();
  // Read-only: neither opened nor harmed.
  ASSERT_EQ(mount("seep", path, "tmpfs", MS_REMOUNT | MS_RDONLY, ""), 0);
  WaitingStore again;
  EXPECT_THAT(again.Open(options_), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("must be writable")));
}

TEST_F(DiskFullTest, SaysSoWhenItCannotEvenOpen) {
  FileSizeLimit full(4096);
  WaitingStore store;
  EXPECT_THAT(store.Open(options_), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("seep.db")));
}

TEST_F(DiskFullTest, SaysSoWhenTheDirectoryIsNone) {
  options_.directory = "/proc/seep";
  WaitingStore store;
  const absl::Status opened = store.Open(options_);
  EXPECT_FALSE(opened.ok());
  EXPECT_THAT(std::string(opened.message()), HasSubstr("/proc/seep"));
}

}  // namespace
}  // namespace seep::storage
