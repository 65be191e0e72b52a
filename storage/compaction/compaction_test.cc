// What is moved from tails to chunks comes back as it was, and says when it cannot.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/clock/fake_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/compaction/compactor.h"
#include "storage/migrations/migration.h"
#include "storage/queries/sample_reader.h"
#include "storage/queries/views.h"
#include "storage/sqlite/transaction.h"
#include "storage/stores/stores.h"
#include "storage/testing/sample_batches.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::BatchShape;
using testing::MakeBatch;
using ::testing::HasSubstr;

class CompactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-compaction-test"));
    directory_.emplace(std::move(directory));
    ASSERT_OK_AND_ASSIGN(db_, sqlite::Database::Open(directory_->path() + "/seep.db", sqlite::Access::kReadWrite));
    ASSERT_OK(Migrate(*db_, Migrations(), kViews));
    stores_.emplace(*db_, 1 << 20);
    compactor_.emplace(*db_, clock_, CompactionOptions());
    NewCampaign campaign;
    campaign.runs.resize(2);
    InTransaction([&] { ASSERT_OK(stores_->campaigns.Create(campaign)); });
  }
  template <typename Body>
  void InTransaction(Body body) {
    ASSERT_OK_AND_ASSIGN(auto transaction, sqlite::Transaction::Begin(*db_, sqlite::Transaction::Kind::kWrite));
    body();
    ASSERT_OK(transaction.Commit());
  }
  void Append(const v1::SampleBatch& batch) {
    InTransaction([&] { ASSERT_OK(stores_->samples.Append(batch, 0)); });
  }
  // As MakeBatch, in batches of `each`.
  void AppendMany(const std::string& run, std::uint64_t first, std::uint64_t count, std::uint32_t each,
                  const BatchShape& shape = {}) {
    InTransaction([&] {
      for (std::uint64_t at = first; at < first + count; at += each) {
        ASSERT_OK(stores_->samples.Append(MakeBatch(run, at, each, shape), 0));
      }
    });
  }
  void EndRun(const std::string& run_id) {
    InTransaction([&] {
      ASSERT_OK_AND_ASSIGN(v1::Run run, stores_->runs.Load(run_id));
      ASSERT_OK_AND_ASSIGN(const RunNo number, FindRun(*db_, run_id));
      run.set_state(v1::RUN_STATE_FINISHED);
      ASSERT_OK(stores_->runs.Update(number, run, 0));
      ASSERT_OK(stores_->samples.CloseRun(number));
    });
  }
  // Until there is nothing left to do, as long as it takes.
  void Compact() {
    SampleStore::Ripe ripe = stores_->samples.TakeRipe();
    for (const StreamNo stream : ripe.full) compactor_->AddFull(stream);
    for (const StreamNo stream : ripe.ending) compactor_->AddEnding(stream);
    for (int slices = 0; compactor_->next() < MonotonicTime(absl::InfiniteDuration()); ++slices) {
      ASSERT_LT(slices, 1000);
      if (compactor_->next() > clock_.Now()) clock_.Advance(compactor_->next() - clock_.Now());
      compactor_->Work();
      ASSERT_EQ(compactor_->stats().failure, "");
    }
  }
  absl::StatusOr<std::vector<std::string>> ReadAll(const std::string& run_id, std::uint32_t page_size = 700) {
    std::vector<std::string> samples;
    SampleCursor cursor;
    while (true) {
      absl::StatusOr<SamplePage> page = SampleReader(*db_).Read(run_id, cursor, page_size);
      if (!page.ok()) return page.status();
      for (const v1::Sample& sample : page->samples) samples.push_back(sample.SerializeAsString());
      cursor = page->next;
      if (page->at_end) return samples;
    }
  }
  std::int64_t Count(const std::string& sql) { return db_->QueryInteger(sql).value_or(-1); }

  FakeClock clock_;
  std::optional<TempDirectory> directory_;
  std::unique_ptr<sqlite::Database> db_;
  std::optional<Stores> stores_;
  std::optional<Compactor> compactor_;
};

// Everything a sample may hold: deltas of operations, values that are absent or
// no number, gauges in changing order, restarts, clocks that step back.
v1::SampleBatch OddBatch(std::uint64_t first, std::uint32_t count) {
  v1::SampleBatch batch = MakeBatch("r-0001", first, count, {.gauges = 6});
  v1::SampleBlock block;
  block.ParseFromString(batch.block());
  for (v1::Sample& sample : *block.mutable_samples()) {
    const std::uint64_t n = sample.sequence();
    sample.set_generation(static_cast<std::uint32_t>(1 + n / 300));
    sample.set_phase(n < 100 ? v1::PHASE_WARM_UP : v1::PHASE_SOAK);
    sample.set_wall_us(sample.wall_us() - (n % 500 == 0 ? 7'200'000'000 : 0));
    if (n % 7 == 0) sample.mutable_gauge()->RemoveLast(), sample.mutable_value()->RemoveLast();
    if (n % 11 == 0) sample.mutable_gauge()->SwapElements(0, 2), sample.mutable_value()->SwapElements(0, 2);
    if (n % 13 == 0) sample.set_value(1, n % 2 == 0 ? std::nan("") : -HUGE_VAL);
    if (n % 17 == 0) sample.set_value(2, 0.1 * static_cast<double>(n));
    if (n % 19 == 0) sample.clear_gauge(), sample.clear_value();
    if (n % 30 == 0) {
      v1::OperationDelta* delta = sample.add_operations();
      delta->set_operation("payment");
      delta->mutable_latency()->add_bucket(static_cast<std::uint32_t>(n % 50));
      delta->mutable_latency()->add_count(n);
      delta->add_errors()->set_kind("network_error");
    }
  }
  testing::Seal(batch, block);
  return batch;
}

TEST_F(CompactionTest, EverySampleComesBackAsItWas) {
  InTransaction([&] {
    for (std::uint64_t first = 1; first <= 2700; first += 30) ASSERT_OK(stores_->samples.Append(OddBatch(first, 30), 0));
  });
  v1::SampleBatch holed = OddBatch(2800, 40);
  holed.set_dropped_from(2701);
  holed.set_dropped_reason("spool full");
  Append(holed);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> before, ReadAll("r-0001"));
  ASSERT_EQ(before.size(), 2740u);
  EndRun("r-0001");
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM tail"), 0);
  EXPECT_EQ(Count("SELECT sum(count) FROM chunk WHERE compressed"), 2740);
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 4);  // 1024, 1024, 652 up to the hole, 40
  EXPECT_EQ(Count("SELECT count(*) FROM stream WHERE settled"), 1);
  for (const std::uint32_t page : {13u, 700u, 1024u, 10'000u}) {
    ASSERT_OK_AND_ASSIGN(const std::vector<std::string> after, ReadAll("r-0001", page));
    EXPECT_TRUE(before == after) << page;
  }
}

TEST_F(CompactionTest, ARunThatGoesOnHasFullChunksAndTails) {
  AppendMany("r-0001", 1, 2500, 50);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> before, ReadAll("r-0001"));
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk WHERE count = 1024 AND NOT compressed"), 2);
  EXPECT_EQ(Count("SELECT sum(count) FROM tail"), 2500 - 2048);
  EXPECT_EQ(Count("SELECT min(first_sequence) FROM tail"), 2049);  // a tail was cut in two
  EXPECT_EQ(Count("SELECT samples FROM stream"), 2500);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> after, ReadAll("r-0001"));
  EXPECT_TRUE(before == after);

  AppendMany("r-0001", 2501, 600, 50);
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 2);  // 1,052 wait, of which some are not in a minute row yet
  AppendMany("r-0001", 3101, 100, 50);
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 3);
  EndRun("r-0001");
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk WHERE compressed"), 4);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> all, ReadAll("r-0001"));
  EXPECT_EQ(all.size(), 3200u);
}

TEST_F(CompactionTest, OneTailOfManySamplesBecomesManyChunks) {
  AppendMany("r-0001", 1, 9000, 3000, {.gauges = 3});
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> before, ReadAll("r-0001"));
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 8);
  EXPECT_EQ(Count("SELECT sum(count) FROM tail"), 9000 - 8 * 1024);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> after, ReadAll("r-0001"));
  EXPECT_TRUE(before == after);
}

TEST_F(CompactionTest, ManyGaugesMakeShorterChunks) {
  AppendMany("r-0001", 1, 1200, 40, {.gauges = 600});
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> before, ReadAll("r-0001"));
  EndRun("r-0001");
  Compact();
  EXPECT_GE(Count("SELECT count(*) FROM chunk"), 5);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> after, ReadAll("r-0001"));
  EXPECT_TRUE(before == after);
}

TEST_F(CompactionTest, LateSamplesOfARunThatIsOverAreCompactedToo) {
  AppendMany("r-0001", 1, 100, 50);
  EndRun("r-0001");
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM stream WHERE settled"), 1);
  AppendMany("r-0001", 101, 40, 10);
  EXPECT_EQ(Count("SELECT count(*) FROM stream WHERE settled"), 0);
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM tail"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM chunk"), 2);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> all, ReadAll("r-0001"));
  EXPECT_EQ(all.size(), 140u);
}

// What an earlier process, or an earlier version, left behind.
TEST_F(CompactionTest, BeginFindsWhatIsLeft) {
  AppendMany("r-0001", 1, 1500, 50);
  AppendMany("r-0002", 1, 1500, 50);
  EndRun("r-0002");
  (void)stores_->samples.TakeRipe();
  ASSERT_OK(compactor_->Begin());
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk WHERE count = 1024"), 2);
  EXPECT_EQ(Count("SELECT sum(count) FROM tail t JOIN stream USING (stream_no) WHERE run_no = 1"), 1500 - 1024);
  EXPECT_EQ(Count("SELECT count(*) FROM tail t JOIN stream USING (stream_no) WHERE run_no = 2"), 0);
}

TEST_F(CompactionTest, MinuteRowsAreTheSameWheneverChunksAreMade) {
  AppendMany("r-0001", 1, 2400, 40, {.gauges = 4});
  for (int i = 0; i < 60; ++i) {
    AppendMany("r-0002", 1 + static_cast<std::uint64_t>(i) * 40, 40, 40, {.gauges = 4});
    if (i % 20 == 0) stores_->samples.Forget();  // as a restart would
    Compact();
  }
  EndRun("r-0001");
  EndRun("r-0002");
  const char* const kSums = "SELECT sum(n * 1000003 + minute * 17 + min + max + sum + last) FROM sample_rollup WHERE run_no = ";
  EXPECT_EQ(Count(absl::StrCat(kSums, 1)), Count(absl::StrCat(kSums, 2)));
  EXPECT_EQ(Count("SELECT sum(n) FROM sample_rollup WHERE run_no = 2"), 2400 * 4);
}

TEST_F(CompactionTest, SummariesSayWhatTheMinuteRowsSay) {
  AppendMany("r-0001", 1, 2000, 50, {.gauges = 4});
  AppendMany("r-0001", 2001, 500, 50, {.gauges = 4, .generation = 2});
  EndRun("r-0001");
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunks_summary WHERE generation = 2"), 2 * 4);  // a chunk spans the restart
  EXPECT_EQ(Count("SELECT count(*) FROM (SELECT gauge, generation, sum(n) AS n, min(min) AS min, max(max) AS max,"
                  " sum(n * mean) AS sum FROM chunks_summary WHERE run = 'r-0001' GROUP BY 1, 2) c"
                  " JOIN (SELECT gauge, generation, sum(n) AS n, min(min) AS min, max(max) AS max, sum(n * mean) AS sum"
                  " FROM sample_rollups WHERE run = 'r-0001' GROUP BY 1, 2) m USING (gauge, generation)"
                  " WHERE c.n = m.n AND c.min = m.min AND c.max = m.max AND abs(c.sum / m.sum - 1) < 1e-12"),
            8);
}

TEST_F(CompactionTest, ValuesTooGreatToAddUpHaveNoSums) {
  v1::SampleBatch batch = MakeBatch("r-0001", 1, 3, {.gauges = 1});
  v1::SampleBlock block;
  block.ParseFromString(batch.block());
  for (v1::Sample& sample : *block.mutable_samples()) sample.set_value(0, sample.sequence() % 2 == 0 ? 1.7e308 : -1.7e308);
  testing::Seal(batch, block);
  Append(batch);
  EndRun("r-0001");
  Compact();
  EXPECT_EQ(Count("SELECT n FROM chunk_summary WHERE max = 1.7e308"), 3);
}

TEST_F(CompactionTest, ADamagedTailStaysAndIsToldOf) {
  AppendMany("r-0001", 1, 300, 50);
  AppendMany("r-0002", 1, 300, 50);
  ASSERT_OK(db_->Execute("UPDATE tail SET block = zeroblob(length(block)) WHERE stream_no = 1 AND first_sequence = 101"));
  EndRun("r-0001");
  EndRun("r-0002");
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk WHERE stream_no = 1"), 2);  // before it and after it
  EXPECT_EQ(Count("SELECT sum(count) FROM chunk WHERE stream_no = 1"), 250);
  EXPECT_EQ(Count("SELECT first_sequence FROM tail"), 101);
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr("run r-0001 (stream 1): samples 101 to 150 (tail) are damaged")));
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> other, ReadAll("r-0002"));
  EXPECT_EQ(other.size(), 300u);
  // And the stream takes late samples all the same.
  AppendMany("r-0001", 301, 50, 50);
}

TEST_F(CompactionTest, ADamagedOrMissingChunkIsToldOf) {
  AppendMany("r-0001", 1, 3000, 100);
  EndRun("r-0001");
  Compact();
  ASSERT_OK(db_->Execute("UPDATE chunk SET data = CAST(substr(data, 1, 5000) || zeroblob(length(data) - 5000) AS BLOB)"
                         " WHERE first_sequence = 1025"));
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr("samples 1025 to 2048 (chunk) are damaged: ")));
  ASSERT_OK(db_->Execute("DELETE FROM chunk WHERE first_sequence = 1025"));
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("samples from 1025 to 2048 are missing")));
  ASSERT_OK(db_->Execute("DELETE FROM chunk"));
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("samples from 1 to 3000 are missing")));
}

TEST_F(CompactionTest, TheEndOfTheProcessDoesNotWaitForLateSamples) {
  AppendMany("r-0001", 1, 700, 50);
  EndRun("r-0001");
  for (const StreamNo stream : stores_->samples.TakeRipe().ending) compactor_->AddEnding(stream);
  EXPECT_GT(compactor_->next(), clock_.Now());
  compactor_->WorkAhead(absl::Milliseconds(200));
  EXPECT_EQ(Count("SELECT count(*) FROM chunk WHERE compressed"), 1);
  EXPECT_EQ(Count("SELECT count(*) FROM stream WHERE settled"), 1);
}

TEST_F(CompactionTest, ASliceIsBounded) {
  AppendMany("r-0001", 1, 30'000, 100);
  SampleStore::Ripe ripe = stores_->samples.TakeRipe();
  for (const StreamNo stream : ripe.full) compactor_->AddFull(stream);
  // On a clock that never gets on a slice has no end; so one that is over at once.
  compactor_.emplace(*db_, clock_, CompactionOptions{.slice = absl::ZeroDuration()});
  for (const StreamNo stream : ripe.full) compactor_->AddFull(stream);
  compactor_->Work();
  EXPECT_EQ(compactor_->stats().chunks, 1u);
  compactor_->Work();
  EXPECT_EQ(compactor_->stats().chunks, 2u);
  EXPECT_EQ(Count("PRAGMA synchronous"), 2);  // FULL for what is acknowledged
}

}  // namespace
}  // namespace seep::storage
