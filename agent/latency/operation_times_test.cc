#include "agent/latency/operation_times.h"

#include <gtest/gtest.h>

#include <string>

namespace seep::agent {
namespace {

v1::Sample Written(const OperationTimes& times) {
  v1::Sample sample;
  times.WriteTo(sample);
  return sample;
}

TEST(OperationTimes, SendsEachMeasurementOnce) {
  OperationTimes times;
  times.Record("send", absl::Milliseconds(2), "");
  times.Record("send", absl::Milliseconds(3), "network_error");
  const v1::Sample sample = Written(times);
  ASSERT_EQ(sample.operations_size(), 1);
  EXPECT_EQ(sample.operations(0).operation(), "send");
  EXPECT_EQ(sample.operations(0).latency().bucket_size(), 2);
  EXPECT_EQ(sample.operations(0).latency().sum_us(), 5000u);
  EXPECT_EQ(sample.operations(0).latency().min_us(), 2000u);
  EXPECT_EQ(sample.operations(0).latency().max_us(), 3000u);
  ASSERT_EQ(sample.operations(0).errors_size(), 1);
  EXPECT_EQ(sample.operations(0).errors(0).kind(), "network_error");
  EXPECT_EQ(Written(times).SerializeAsString(), sample.SerializeAsString()) << "a sample that was refused is made again";
  times.Sent();
  EXPECT_EQ(Written(times).operations_size(), 0);
}

TEST(OperationTimes, TellsTheWarmUpFromTheSoak) {
  OperationTimes times;
  times.BeginWarmUp();
  times.Record("send", absl::Milliseconds(900), "");
  times.EndWarmUp();
  times.Record("send", absl::Milliseconds(1), "");
  const v1::Sample sample = Written(times);
  ASSERT_EQ(sample.operations_size(), 2);
  EXPECT_NE(sample.operations(0).warm_up(), sample.operations(1).warm_up());
  EXPECT_EQ(sample.operations(sample.operations(0).warm_up() ? 1 : 0).latency().max_us(), 1000u);
}

TEST(OperationTimes, TakesWhatAnotherRecorded) {
  OperationTimes times, other;
  times.Record("send", absl::Milliseconds(1), "late");
  other.Record("send", absl::Milliseconds(3), "late");
  other.Record("sync", absl::Milliseconds(2), "");
  times.TakeFrom(other);
  EXPECT_TRUE(other.empty());
  const v1::Sample sample = Written(times);
  ASSERT_EQ(sample.operations_size(), 2);
  EXPECT_EQ(sample.operations(0).latency().sum_us(), 4000u);
  EXPECT_EQ(sample.operations(0).errors(0).count(), 2u);
}

TEST(OperationTimes, StaysBoundedWhateverNamesAHostInvents) {
  OperationTimes times;
  for (int i = 0; i < 1000; ++i) times.Record("op" + std::to_string(i), absl::Seconds(1), "kind" + std::to_string(i));
  for (int i = 0; i < 1000; ++i) times.Record("op1", absl::Seconds(1), "kind" + std::to_string(i));
  const v1::Sample sample = Written(times);
  EXPECT_EQ(sample.operations_size(), static_cast<int>(OperationTimes::kMaxOperations) + 1);
  for (const v1::OperationDelta& delta : sample.operations()) EXPECT_LE(delta.errors_size(), 33);
  EXPECT_EQ(PlainName("a\x1b[31m B!"), "a__31m_b_");
}

}  // namespace
}  // namespace seep::agent
