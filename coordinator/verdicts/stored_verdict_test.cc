// A verdict is read from the store: the same one, bit for bit, whether a run's
// samples are still as they came or have become chunks.
#include <gtest/gtest.h>

#include "coordinator/verdicts/run_feed.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/store_fixture.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kBatch = 100;
constexpr std::uint64_t kSamples = 1'000;  // short of a chunk, so all are tails until the run ends

v1::SampleBatch Batch(std::uint64_t first) {
  v1::SampleBatch batch = storage::testing::MakeBatch("r-0001", first, kBatch, {.gauges = 3, .interval_us = 250'000});
  v1::SampleBlock block;
  block.ParseFromString(batch.block());
  const char* const names[] = {"rss", "payments", "fds"};
  for (v1::GaugeDefinition& gauge : *block.mutable_gauges()) {
    gauge.set_name(names[gauge.id() - 1]);
    if (gauge.id() == 1) continue;
    gauge.set_unit("count");
    gauge.set_kind(gauge.id() == 2 ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
    gauge.set_operation(gauge.id() == 2);
  }
  for (v1::Sample& sample : *block.mutable_samples()) {
    const auto n = static_cast<double>(sample.sequence());
    if (sample.sequence() < 200) sample.set_phase(v1::PHASE_WARM_UP);
    sample.set_value(0, 6e7 + n * 51'200 + static_cast<double>(sample.sequence() * 2654435761u % 4000));
    sample.set_value(1, n * 12.5);
    sample.set_value(2, 40 + static_cast<double>(sample.sequence() % 3));
    v1::OperationDelta* payments = sample.add_operations();
    payments->set_operation("payment");
    payments->mutable_latency()->add_bucket(static_cast<std::uint32_t>(100 + sample.sequence() % 40));
    payments->mutable_latency()->add_count(12);
  }
  storage::testing::Seal(batch, block);
  return batch;
}

class StoredVerdictTest : public storage::testing::StoreFixture {
 protected:
  v1::RunVerdict Judge() {
    v1::Run run;
    run.set_run_id("r-0001");
    run.mutable_spec()->set_duration_ms(kSamples * 250);
    RunFeed feed(run);
    storage::SampleCursor cursor;
    while (true) {
      auto page = store_->Wait<storage::SamplePage>([&](storage::Store& s, auto got) {
        s.ReadSamples("r-0001", cursor, 2000, std::move(got));
      });
      EXPECT_OK(page);
      if (!page.ok()) return {};
      feed.Add(*page);
      cursor = page->next;
      if (page->at_end) return feed.Final(run);
    }
  }
};

TEST_F(StoredVerdictTest, IsTheSameFromTailsAndFromChunks) {
  ASSERT_OK(store_->CreateRuns(1));
  for (std::uint64_t first = 1; first < kSamples; first += kBatch) ASSERT_OK(store_->Append(Batch(first)));
  const v1::RunVerdict tails = Judge();
  EXPECT_EQ(tails.verdict(), v1::VERDICT_LEAK) << tails.headline();
  EXPECT_GT(tails.operations_size(), 0);

  options_.compaction.settle_after = absl::ZeroDuration();
  Reopen();
  ASSERT_OK(store_->SetState("r-0001", v1::RUN_STATE_FINISHED));
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (store_->store().stats().compaction.samples < kSamples) {
    ASSERT_LT(absl::Now(), deadline) << store_->store().stats().compaction.failure;
    ASSERT_OK(store_->GetRun("r-0001"));
  }
  EXPECT_EQ(Judge().SerializeAsString(), tails.SerializeAsString());
}

}  // namespace
}  // namespace seep::coordinator
