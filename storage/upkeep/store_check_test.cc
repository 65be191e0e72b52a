// What a check sees, and what it does not take for damage; copies while in use.
#include "storage/upkeep/store_check.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"
#include "storage/queries/sample_reader.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/store_fixture.h"
#include "storage/upkeep/store_backup.h"
#include "storage/upkeep/store_stats.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::MakeBatch;
using ::testing::HasSubstr;

constexpr int kFlips = 60;

struct Seen {
  absl::StatusOr<v1::CheckResult> result = absl::InternalError("not run");
  std::vector<v1::StoreFinding> findings;
  bool any() const { return !result.ok() || !findings.empty(); }
};

Seen Check(const std::string& path, sqlite::Access access = sqlite::Access::kReadOnly) {
  Seen seen;
  auto db = sqlite::Database::Open(path, access);
  if (!db.ok()) {
    seen.result = db.status();
    return seen;
  }
  UpkeepPorts ports;
  ports.finding = [&](const v1::StoreFinding& finding) { seen.findings.push_back(finding); };
  seen.result = CheckStore(**db, {}, std::move(ports));
  return seen;
}

class StoreCheckTest : public testing::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    ASSERT_OK(store_->CreateRuns(2));
    for (std::uint64_t first = 1; first <= 1500; first += 100) ASSERT_OK(store_->Append(MakeBatch("r-0001", first, 100, {.gauges = 4})));
    for (std::uint64_t first = 1; first <= 100; first += 10) ASSERT_OK(store_->Append(MakeBatch("r-0002", first, 10, {.gauges = 4})));
    ASSERT_OK(store_->WaitStatus([](Store& s, Done done) {
      v1::StreamKey key = MakeBatch("r-0002", 1, 1).stream();
      s.RecordGap(key, 120, "the agent's spool was full", std::move(done));
    }));
    ASSERT_OK(store_->SetState("r-0001", v1::RUN_STATE_FINISHED));
  }
  std::string path() { return store_->store().database_path(); }
  // Closed, with its WAL taken in: the file alone is the store.
  std::string Closed() {
    const std::string file = path();
    store_.reset();
    return file;
  }
  void Break(const std::string& sql) {
    auto db = sqlite::Database::Open(path(), sqlite::Access::kReadWrite);
    ASSERT_OK(db);
    ASSERT_OK((*db)->Execute("PRAGMA foreign_keys=OFF"));
    ASSERT_OK((*db)->Execute(sql));
  }
};

TEST_F(StoreCheckTest, FindsNothingInASoundStore) {
  const Seen seen = Check(path());
  ASSERT_OK(seen.result);
  EXPECT_THAT(seen.findings, ::testing::IsEmpty());
  EXPECT_EQ(seen.result->runs(), 2u);
  EXPECT_EQ(seen.result->samples(), 1600u);
  EXPECT_EQ(seen.result->samples_lost(), 20u);
  EXPECT_EQ(seen.result->gaps(), 1u);
}

TEST_F(StoreCheckTest, NamesTheRunAndTheRangeOfWhatIsMissing) {
  // From either table: the compactor may have been there or not.
  Break("DELETE FROM tail WHERE stream_no = 2 AND first_sequence = 31");
  const Seen seen = Check(path());
  ASSERT_EQ(seen.findings.size(), 2u);
  EXPECT_EQ(seen.findings[0].kind(), "sequence");
  EXPECT_EQ(seen.findings[0].run_id(), "r-0002");
  EXPECT_THAT(seen.findings[0].place(), HasSubstr("agent lab-1, boot e1, samples 31 to 40"));
  EXPECT_EQ(seen.findings[1].kind(), "count");
  EXPECT_THAT(seen.findings[1].what(), HasSubstr("100 samples are stated, 90 are there"));
}

TEST_F(StoreCheckTest, FindsEachKindOfDamage) {
  const std::pair<const char*, const char*> damages[] = {
      {"UPDATE tail SET block = zeroblob(length(block)) WHERE stream_no = 2 AND first_sequence = 41", "checksum"},
      {"UPDATE stream SET next_sequence = next_sequence + 5 WHERE stream_no = 2", "sequence"},
      {"DELETE FROM gap", "sequence"},
      {"UPDATE stream SET lost = 3 WHERE stream_no = 2", "count"},
      {"UPDATE run SET record = x'ff' WHERE run_no = 1", "record"},
      {"UPDATE run SET agent = 'another' WHERE run_no = 2", "record"},
      {"UPDATE id_counter SET last = 1 WHERE kind = 'run'", "count"},
      {"INSERT INTO event (run_no, at_ms, wall_us, kind, message) VALUES (77, 1, 1, 'note', '')", "reference"},
  };
  const std::string file = Closed();
  ASSERT_OK_AND_ASSIGN(const std::string sound, ReadFile(file));
  for (const auto& [sql, kind] : damages) {
    SCOPED_TRACE(sql);
    const std::string copy = directory_->path() + "/damaged.db";
    ASSERT_OK(WriteFileAtomically(copy, sound));
    {
      ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(copy, sqlite::Access::kPlainFile));
      ASSERT_OK(db->Execute("PRAGMA foreign_keys=OFF"));
      ASSERT_OK(db->Execute(sql));
      ASSERT_OK(db->Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    const Seen seen = Check(copy, sqlite::Access::kPlainFile);
    ASSERT_TRUE(seen.any());
    EXPECT_EQ(seen.findings.front().kind(), kind) << seen.findings.front().ShortDebugString();
  }
}

// All samples, or why they cannot be read.
absl::StatusOr<std::string> Contents(sqlite::Database& db) {
  std::string all;
  for (const char* run : {"r-0001", "r-0002"}) {
    SampleCursor cursor;
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const SamplePage page, SampleReader(db).Read(run, cursor, 10'000));
      for (const v1::Sample& sample : page.samples) absl::StrAppend(&all, sample.SerializeAsString());
      for (const v1::GaugeDefinition& gauge : page.gauges) absl::StrAppend(&all, gauge.SerializeAsString());
      cursor = page.next;
      if (page.at_end) break;
    }
  }
  return all;
}

// A flipped bit never changes samples in silence: the check tells, or the
// reading fails, or all samples are as they were.
TEST_F(StoreCheckTest, EveryFlippedBitIsFoundOrHarmless) {
  const std::string copy = directory_->path() + "/flipped.db";
  {
    ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(path(), sqlite::Access::kReadOnly));
    ASSERT_OK(BackUpStore(*db, directory_->path(), "flipped.db", {}));
  }
  ASSERT_OK_AND_ASSIGN(const std::string sound, ReadFile(copy));
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(copy, sqlite::Access::kReadOnly));
  ASSERT_OK_AND_ASSIGN(const std::string expected, Contents(*db));
  db.reset();
  const std::uint64_t seed = EntropySeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  int found = 0;
  for (int i = 0; i < kFlips; ++i) {
    std::string flipped = sound;
    const std::size_t bit = random.Below(flipped.size() * 8);
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_OK(WriteFileAtomically(copy, flipped));
    if (Check(copy).any()) {
      ++found;
      continue;
    }
    ASSERT_OK_AND_ASSIGN(auto harmless, sqlite::Database::Open(copy, sqlite::Access::kReadOnly));
    const absl::StatusOr<std::string> read = Contents(*harmless);
    EXPECT_TRUE(read.ok() && *read == expected) << "bit " << bit << " changes samples, and the check says nothing";
  }
  EXPECT_GT(found, 0);
}

TEST_F(StoreCheckTest, ABackupIsWholeWhileSamplesComeIn) {
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint64_t first = 121; !stop; first += 10) {
      if (!store_->Append(MakeBatch("r-0002", first, 10, {.gauges = 4})).ok()) return;
    }
  });
  absl::StatusOr<v1::BackUpResult> backup = absl::InternalError("not run");
  {
    auto db = sqlite::Database::Open(path(), sqlite::Access::kReadOnly);
    if (db.ok()) backup = BackUpStore(**db, directory_->path() + "/backups", "monday.db", {});
  }
  stop = true;
  writer.join();
  ASSERT_OK(backup);
  EXPECT_EQ(backup->check().findings(), 0u);
  EXPECT_GE(backup->check().samples(), 1600u);
  EXPECT_GT(backup->bytes(), 0u);
  EXPECT_FALSE(FileExists(backup->path() + "-wal"));
  EXPECT_FALSE(FileExists(backup->path() + ".partial"));
  // It opens as a store of its own.
  const std::string directory = directory_->path() + "/restored";
  ASSERT_OK(MakeDirectories(directory));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(backup->path()));
  ASSERT_OK(WriteFileAtomically(directory + "/seep.db", bytes));
  testing::WaitingStore restored;
  StoreOptions options;
  options.directory = directory;
  ASSERT_OK(restored.Open(options));
  EXPECT_OK(restored.GetRun("r-0002"));
}

TEST_F(StoreCheckTest, ABackupOverwritesNothingAndStaysInItsDirectory) {
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(path(), sqlite::Access::kReadOnly));
  const std::string directory = directory_->path() + "/backups";
  ASSERT_OK(BackUpStore(*db, directory, "a.db", {}));
  EXPECT_THAT(BackUpStore(*db, directory, "a.db", {}), StatusIs(absl::StatusCode::kAlreadyExists));
  for (const char* name : {"", "../a.db", "/etc/passwd", "a/b", ".hidden", "-rf", "a\nb"}) {
    EXPECT_THAT(BackUpStore(*db, directory, name, {}), StatusIs(absl::StatusCode::kInvalidArgument)) << name;
  }
  UpkeepPorts ports;
  ports.cancelled = [] { return true; };
  EXPECT_THAT(BackUpStore(*db, directory, "b.db", std::move(ports)), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_FALSE(FileExists(directory + "/b.db"));
  EXPECT_FALSE(FileExists(directory + "/b.db.partial"));
}

TEST_F(StoreCheckTest, StatsSayWhatTakesHowMuch) {
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(path(), sqlite::Access::kReadOnly));
  ASSERT_OK_AND_ASSIGN(const v1::GetStoreStatsResponse stats, MeasureStore(*db));
  EXPECT_EQ(stats.runs(), 2u);
  EXPECT_EQ(stats.open_runs(), 1u);
  EXPECT_EQ(stats.samples(), 1600u);
  EXPECT_EQ(stats.values(), 1600u * 4);
  EXPECT_GT(stats.bytes_per_value(), 0.1);
  EXPECT_GT(stats.disk_free_bytes(), 0u);
  std::uint64_t bytes = 0;
  for (const v1::StoreKind& kind : stats.kinds()) bytes += kind.bytes();
  EXPECT_LE(bytes, stats.file_bytes());
  EXPECT_GT(bytes, stats.file_bytes() / 2) << "nearly all of it is accounted for";
}

}  // namespace
}  // namespace seep::storage
