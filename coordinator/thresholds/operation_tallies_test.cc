#include "coordinator/thresholds/operation_tallies.h"

#include <gtest/gtest.h>

#include "common/os/random.h"

namespace seep::coordinator {
namespace {

v1::OperationDelta DeltaOf(const LatencyHistogram& latency, std::uint64_t failed) {
  v1::OperationDelta delta;
  delta.set_operation("send");
  latency.ForEach([&](std::uint32_t bucket, std::uint64_t count) {
    delta.mutable_latency()->add_bucket(bucket);
    delta.mutable_latency()->add_count(count);
  });
  delta.mutable_latency()->set_sum_us(latency.sum_us());
  delta.mutable_latency()->set_min_us(latency.min_us());
  delta.mutable_latency()->set_max_us(latency.max_us());
  delta.add_errors()->set_kind("network_error");
  delta.mutable_errors(0)->set_count(failed);
  return delta;
}

// Four runs of two agents, each told in many samples: the campaign's figures
// are those of one histogram that saw it all.
TEST(OperationTallies, RunsOfSeveralAgentsAddUpToExactlyTheWhole) {
  Random random(3);
  LatencyHistogram whole;
  OperationTallies campaign;
  for (int run = 0; run < 4; ++run) {
    OperationTallies one;
    for (int sample = 0; sample < 50; ++sample) {
      LatencyHistogram part;
      for (int i = 0; i < 40; ++i) {
        const absl::Duration latency = absl::Microseconds(100 + random.Below(1ull << (8 + random.Below(14))));
        part.Record(latency);
        whole.Record(latency);
      }
      one.Add(DeltaOf(part, 1));
    }
    OperationTallies::Figures figures;
    one.WriteTo(figures, /*exact=*/true, /*seconds=*/100);
    for (const v1::OperationFigures& operation : figures) campaign.Add(operation);
  }
  OperationTallies::Figures figures;
  campaign.WriteTo(figures, /*exact=*/false);
  ASSERT_EQ(figures.size(), 1);
  EXPECT_TRUE(campaign.Find("send")->latency == whole);
  EXPECT_EQ(figures[0].count(), 8000u);
  EXPECT_EQ(figures[0].failed(), 200u);
  EXPECT_EQ(figures[0].p99_us(), whole.PercentileUs(99));
  EXPECT_EQ(figures[0].mean_us(), whole.MeanUs());
  EXPECT_DOUBLE_EQ(figures[0].per_second(), 20) << "2,000 in 100 s, whichever run";
  EXPECT_FALSE(figures[0].has_latency());
}

TEST(OperationTallies, LeaveOutARunThatKeptNoCounts) {
  v1::OperationFigures figures;
  figures.set_operation("send");
  figures.set_count(10);
  OperationTallies tallies;
  tallies.Add(figures);
  EXPECT_EQ(tallies.Find("send"), nullptr);
}

}  // namespace
}  // namespace seep::coordinator
