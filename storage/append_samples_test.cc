// R2: every sample stored exactly once, in order, and every hole explained.
#include <gtest/gtest.h>

#include "common/status/status_matchers.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/store_fixture.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::MakeBatch;
using testing::ValueOf;
using ::testing::HasSubstr;

class AppendSamplesTest : public testing::StoreFixture {};

TEST_F(AppendSamplesTest, ReturnsEverySampleAsItWasSent) {
  ASSERT_OK(store_->CreateRuns(1));
  for (std::uint64_t first = 1; first <= 250; first += 50) {
    ASSERT_OK_AND_ASSIGN(const AppendOutcome outcome, store_->Append(MakeBatch("r-0001", first, 50)));
    EXPECT_EQ(outcome.ack.through_sequence(), first + 49);
    EXPECT_EQ(outcome.stored, 50u);
  }
  for (const std::uint32_t page : {7u, 50u, 1000u}) {
    const std::vector<v1::Sample> samples = ReadAll("r-0001", page);
    ASSERT_EQ(samples.size(), 250u);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      ASSERT_EQ(samples[i].sequence(), i + 1);
      ASSERT_EQ(samples[i].value_size(), 20);
      ASSERT_EQ(samples[i].value(6), ValueOf(i + 1, 7));
    }
  }
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun("r-0001"));
  EXPECT_EQ(run.samples(), 250u);
}

TEST_F(AppendSamplesTest, ReadingGoesOnWhereItEnded) {
  ASSERT_OK(store_->CreateRuns(1));
  const auto read = [&](SampleCursor from) {
    return store_->Wait<SamplePage>([&](Store& s, auto got) { s.ReadSamples("r-0001", from, 0, std::move(got)); });
  };
  ASSERT_OK_AND_ASSIGN(const SamplePage none, read({}));
  EXPECT_TRUE(none.at_end);
  ASSERT_OK(store_->Append(MakeBatch("r-0001", 1, 3)));
  ASSERT_OK_AND_ASSIGN(const SamplePage three, read(none.next));
  EXPECT_EQ(three.samples.size(), 3u);
  ASSERT_OK(store_->Append(MakeBatch("r-0001", 4, 2)));
  ASSERT_OK_AND_ASSIGN(const SamplePage two, read(three.next));
  ASSERT_EQ(two.samples.size(), 2u);
  EXPECT_EQ(two.samples[0].sequence(), 4u);
}

TEST_F(AppendSamplesTest, DropsWhatItHasAlready) {
  ASSERT_OK(store_->CreateRuns(1));
  ASSERT_OK(store_->Append(MakeBatch("r-0001", 1, 10)));
  ASSERT_OK_AND_ASSIGN(const AppendOutcome again, store_->Append(MakeBatch("r-0001", 1, 10)));
  EXPECT_EQ(again.stored, 0u);
  EXPECT_EQ(again.duplicates, 10u);
  EXPECT_EQ(again.ack.through_sequence(), 10u);
  Reopen();
  ASSERT_OK_AND_ASSIGN(const AppendOutcome overlapping, store_->Append(MakeBatch("r-0001", 6, 10)));
  EXPECT_EQ(overlapping.stored, 5u);
  EXPECT_EQ(overlapping.duplicates, 5u);
  const std::vector<v1::Sample> samples = ReadAll("r-0001", 4);
  ASSERT_EQ(samples.size(), 15u);
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i].sequence(), i + 1);
}

TEST_F(AppendSamplesTest, RefusesAHoleThatNobodyExplains) {
  ASSERT_OK(store_->CreateRuns(1));
  ASSERT_OK(store_->Append(MakeBatch("r-0001", 1, 5)));
  EXPECT_THAT(store_->Append(MakeBatch("r-0001", 9, 5)),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("sequence 6 was due")));
  v1::SampleBatch partly = MakeBatch("r-0001", 9, 5);
  partly.set_dropped_from(8);
  EXPECT_THAT(store_->Append(partly), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_TRUE(Gaps("r-0001").empty());
}

TEST_F(AppendSamplesTest, RecordsAnExplainedHoleAsAGap) {
  ASSERT_OK(store_->CreateRuns(1));
  ASSERT_OK(store_->Append(MakeBatch("r-0001", 1, 5)));
  v1::SampleBatch batch = MakeBatch("r-0001", 9, 5);
  batch.set_dropped_from(6);
  batch.set_dropped_reason("spool full");
  ASSERT_OK_AND_ASSIGN(const AppendOutcome outcome, store_->Append(batch));
  EXPECT_EQ(outcome.lost, 3u);
  ASSERT_OK(store_->WaitStatus([&](Store& s, auto done) {
    s.RecordGap(batch.stream(), 20, "agent is gone", std::move(done));
  }));
  const std::vector<Gap> gaps = Gaps("r-0001");
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].from_sequence, 6u);
  EXPECT_EQ(gaps[0].to_sequence, 8u);
  EXPECT_EQ(gaps[0].reason, "spool full");
  EXPECT_EQ(gaps[1].from_sequence, 14u);
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun("r-0001"));
  EXPECT_EQ(run.samples(), 10u);
  EXPECT_EQ(run.samples_lost(), 10u);
  ASSERT_OK_AND_ASSIGN(const auto acks, store_->Wait<std::vector<v1::Ack>>([&](Store& s, auto got) {
    s.AgentStreamAcks("lab-1", std::move(got));
  }));
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].through_sequence(), 20u);
}

TEST_F(AppendSamplesTest, RefusesBatchesThatAreNotWhatTheySay) {
  ASSERT_OK(store_->CreateRuns(1));
  v1::SampleBatch flipped = MakeBatch("r-0001", 1, 5);
  (*flipped.mutable_block())[20] ^= 1;
  EXPECT_THAT(store_->Append(flipped), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checksum")));

  v1::SampleBatch miscounted = MakeBatch("r-0001", 1, 5);
  miscounted.set_count(6);
  EXPECT_THAT(store_->Append(miscounted), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("count says 6")));

  v1::SampleBatch shifted = MakeBatch("r-0001", 1, 5);
  shifted.set_first_sequence(2);
  EXPECT_THAT(store_->Append(shifted), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("sample 1 where 2")));

  v1::SampleBatch zero = MakeBatch("r-0001", 1, 5);
  zero.set_first_sequence(0);
  EXPECT_THAT(store_->Append(zero), StatusIs(absl::StatusCode::kInvalidArgument));

  v1::SampleBlock undefined;
  undefined.ParseFromString(MakeBatch("r-0001", 1, 5).block());
  undefined.clear_gauges();
  v1::SampleBatch batch = MakeBatch("r-0001", 1, 5);
  testing::Seal(batch, undefined);
  EXPECT_THAT(store_->Append(batch), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("never defined")));

  v1::SampleBlock lopsided;
  lopsided.ParseFromString(MakeBatch("r-0001", 1, 5).block());
  lopsided.mutable_samples(2)->mutable_value()->RemoveLast();
  testing::Seal(batch, lopsided);
  EXPECT_THAT(store_->Append(batch), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("20 gauges and 19")));

  v1::SampleBlock misnamed;
  misnamed.ParseFromString(MakeBatch("r-0001", 1, 5).block());
  misnamed.mutable_gauges(0)->set_name("Rss\x1b[2J");
  testing::Seal(batch, misnamed);
  EXPECT_THAT(store_->Append(batch), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Rss?")));

  // None of it is there, and the stream is as fresh as it was.
  ASSERT_OK_AND_ASSIGN(const AppendOutcome good, store_->Append(MakeBatch("r-0001", 1, 5)));
  EXPECT_EQ(good.stored, 5u);
}

TEST_F(AppendSamplesTest, ReadsTwoStreamsOfARunAsOne) {
  ASSERT_OK(store_->CreateRuns(1));
  ASSERT_OK(store_->Append(MakeBatch("r-0001", 1, 5)));
  // After its restart the agent numbers its gauges in another order.
  v1::SampleBatch batch = MakeBatch("r-0001", 1, 5, {.boot_epoch = "e2"});
  v1::SampleBlock block;
  block.ParseFromString(batch.block());
  for (v1::GaugeDefinition& gauge : *block.mutable_gauges()) gauge.set_id(21 - gauge.id());
  for (v1::Sample& sample : *block.mutable_samples()) {
    for (std::uint32_t& gauge : *sample.mutable_gauge()) gauge = 21 - gauge;
  }
  testing::Seal(batch, block);
  ASSERT_OK(store_->Append(batch));
  ASSERT_OK_AND_ASSIGN(const SamplePage page, store_->Wait<SamplePage>([&](Store& s, auto got) {
    s.ReadSamples("r-0001", {}, 0, std::move(got));
  }));
  EXPECT_EQ(page.gauges.size(), 20u);
  ASSERT_EQ(page.samples.size(), 10u);
  EXPECT_EQ(page.samples[7].gauge(2), 3u);
  EXPECT_EQ(page.samples[7].value(2), ValueOf(3, 3));
}

}  // namespace
}  // namespace seep::storage
