#include <gmock/gmock.h>

#include <cmath>

#include "analysis/compare/simulated_build.h"
#include "coordinator/across/comparison.h"
#include "coordinator/across/leak_groups.h"
#include "coordinator/across/version_order.h"
#include "proto/verdict/verdict_messages.h"

namespace seep::coordinator {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(VersionOrderTest, GoesBySemanticVersioning) {
  const std::vector<std::string> ascending = {"", "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2",
                                              "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0", "v2", "10.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      const int order = CompareVersions(ascending[i], ascending[k]);
      EXPECT_EQ(order < 0, i < k) << ascending[i] << " and " << ascending[k];
      EXPECT_EQ(order > 0, i > k) << ascending[i] << " and " << ascending[k];
    }
  }
}

TEST(VersionOrderTest, ForgivesPrefixPartsAndBuilds) {
  EXPECT_EQ(CompareVersions("v1.2", "1.2.0"), 0);
  EXPECT_EQ(CompareVersions("1.2+7", "1.2+8"), 0);
  EXPECT_LT(CompareVersions("20260101123456789012345", "20260101123456789012346"), 0);
  EXPECT_TRUE(VersionLess()("1.2", "1.2.0")) << "a map keeps both";
}

storage::SeriesSighting Sighting(const std::string& version, v1::Verdict verdict, int run, double kept = 0) {
  storage::SeriesSighting one;
  one.sdk = "breez";
  one.scenario = "lifecycle";
  one.series = "rss";
  one.unit = "bytes";
  one.version = version;
  one.verdict = verdict;
  one.run_id = "r-" + std::to_string(run);
  one.wall_us = run * 1'000'000;
  one.operation = "lifecycles";
  one.kept_per_operation.set_value(kept);
  one.kept_per_operation.set_low(kept - 10);
  one.kept_per_operation.set_high(kept + 10);
  one.slope_per_minute = one.kept_per_operation;
  return one;
}

storage::Sightings Of(std::vector<storage::SeriesSighting> all) {
  storage::Sightings sightings;
  sightings.all = all;
  for (auto& one : all) {
    if (one.verdict == v1::VERDICT_LEAK) sightings.leaks.push_back(one);
  }
  return sightings;
}

TEST(LeakGroupsTest, TellsFirstLastAndMendedByVersionNotByTime) {
  const auto response = GroupLeaks(Of({Sighting("1.10.0", v1::VERDICT_LEAK, 1, 240), Sighting("1.9.0", v1::VERDICT_LEAK, 5, 260),
                                       Sighting("1.8.0", v1::VERDICT_CLEAN, 6), Sighting("1.11.0", v1::VERDICT_INCONCLUSIVE, 7),
                                       Sighting("1.12.0", v1::VERDICT_CLEAN, 2)}), 10);
  ASSERT_EQ(response.leaks_size(), 1);
  const v1::Leak& leak = response.leaks(0);
  EXPECT_EQ(leak.first_version(), "1.9.0");
  EXPECT_EQ(leak.last_version(), "1.10.0");
  EXPECT_EQ(leak.clean_version(), "1.12.0");
  EXPECT_EQ(leak.leaking_runs(), 2u);
  EXPECT_EQ(leak.runs(), 5u);
  EXPECT_EQ(leak.first_run_id(), "r-1");
  EXPECT_EQ(leak.last_run_id(), "r-5");
  EXPECT_NEAR(leak.kept_per_operation().value(), 250, 1);
  EXPECT_LT(leak.kept_per_operation().low(), 245);
  ASSERT_EQ(leak.versions_size(), 5);
  EXPECT_EQ(leak.versions(0).version(), "1.8.0");
}

TEST(LeakGroupsTest, ALeakThatCameBackIsNotMended) {
  const auto response = GroupLeaks(Of({Sighting("1.0", v1::VERDICT_LEAK, 1), Sighting("1.1", v1::VERDICT_CLEAN, 2),
                                       Sighting("1.2", v1::VERDICT_LEAK, 3)}), 10);
  EXPECT_EQ(response.leaks(0).clean_version(), "");
  EXPECT_EQ(response.leaks(0).last_version(), "1.2");
}

TEST(LeakGroupsTest, NothingIsNothingAndLimitsAreTold) {
  EXPECT_EQ(GroupLeaks({}, 10).leaks_size(), 0);
  auto one = Sighting("1.0", v1::VERDICT_LEAK, 1), other = Sighting("1.0", v1::VERDICT_LEAK, 2);
  other.series = "fds";
  const auto response = GroupLeaks(Of({one, other}), 1);
  ASSERT_EQ(response.leaks_size(), 1);
  EXPECT_EQ(response.leaks(0).series(), "fds") << "the one seen last";
  EXPECT_TRUE(response.truncated());
}

storage::ComparableRun Stored(const std::string& id, double kept, std::uint64_t seed) {
  analysis::SimulatedBuild build;
  build.kept_bytes = kept;
  const analysis::RunVerdict verdict = analysis::Soak(build, 20, 1, seed).verdict;
  storage::ComparableRun stored;
  stored.run.set_run_id(id);
  stored.run.set_agent("lab-1");
  stored.run.mutable_spec()->set_seed(7);
  stored.run.mutable_spec()->mutable_target()->set_driver("breez");
  stored.run.mutable_spec()->mutable_scenario()->mutable_payments()->set_amount_sats(1);
  *stored.run.mutable_verdict() = ToMessage(verdict);
  AddCurves(verdict, *stored.run.mutable_verdict());
  return stored;
}

TEST(ComparisonTest, CarriesFiguresCurvesAndOutcome) {
  const auto base = Stored("r-0001", 0, 1), leaky = Stored("r-0002", 4096, 2);
  const v1::RunComparison compared = Compare(base, leaky, {});
  EXPECT_EQ(compared.outcome(), v1::OUTCOME_WORSE) << compared.headline();
  EXPECT_FALSE(compared.run().verdict().series(0).has_curve());
  bool heap = false;
  for (const v1::SeriesComparison& s : compared.series()) {
    if (s.series() != "heap_allocated") continue;
    heap = true;
    EXPECT_NEAR(s.kept_per_operation().delta().value(), 4096, 600);
    EXPECT_GT(s.curve().level_size(), 30);
    EXPECT_EQ(s.verdict(), v1::VERDICT_LEAK);
    EXPECT_EQ(s.base_curve().operation(), "payments");
  }
  EXPECT_TRUE(heap);
  EXPECT_THAT(compared.warnings(), IsEmpty());
}

TEST(ComparisonTest, TheSeriesAskedForAreTheOnesThatAnswer) {
  v1::CompareRunsRequest request;
  request.add_series("threads");
  const v1::RunComparison compared = Compare(Stored("r-0001", 0, 1), Stored("r-0002", 4096, 2), request);
  ASSERT_EQ(compared.series_size(), 1);
  EXPECT_EQ(compared.outcome(), v1::OUTCOME_SAME) << compared.headline();
}

TEST(ComparisonTest, WarnsOfAllThatMakesRunsHardToCompare) {
  const auto base = Stored("r-0001", 0, 1);
  auto other = Stored("r-0002", 0, 2);
  v1::Run& run = other.run;
  run.set_agent("lab-2");
  run.mutable_spec()->set_seed(8);
  run.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
  run.mutable_spec()->mutable_scenario()->mutable_reconnect()->set_every_payments(5);
  run.mutable_chaos()->add_restarts()->set_max_faults(3);
  run.set_samples_lost(12);
  run.mutable_verdict()->set_provisional(true);
  for (auto& series : *run.mutable_verdict()->mutable_series()) {
    for (float& count : *series.mutable_curve()->mutable_operations()) count *= 2;
    for (float& t : *series.mutable_curve()->mutable_t_s()) t *= 1.5f;
  }
  const std::vector<std::string> warnings = Warnings(base.run, run);
  for (const char* word : {"provisional", "lost 12 samples", "different SDKs: breez and simulated-wallet", "payments and payments+reconnect",
                           "chaos differs", "different hosts: lab-1 and lab-2", "seeds differ: 7 and 8", "rates differ", "durations differ"}) {
    EXPECT_THAT(warnings, Contains(HasSubstr(word)));
  }
}

}  // namespace
}  // namespace seep::coordinator
