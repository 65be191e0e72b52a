// What is moved from tails to chunks comes back as it was.
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "storage/compaction/compaction_fixture.h"

namespace seep::storage {
namespace {

using testing::MakeBatch;

class CompactionTest : public testing::CompactionFixture {};

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
