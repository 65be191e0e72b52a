#include "coordinator/verdicts/run_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/verdicts/time_table.h"

namespace seep::coordinator {
namespace {

v1::GaugeDefinition Gauge(std::uint32_t id, std::string name, std::string unit, bool operation = false) {
  v1::GaugeDefinition gauge;
  gauge.set_id(id);
  gauge.set_name(std::move(name));
  gauge.set_unit(std::move(unit));
  gauge.set_kind(operation ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
  gauge.set_operation(operation);
  return gauge;
}

v1::Sample Sample(std::uint64_t sequence, double t_s, double rss, double payments, std::uint32_t generation = 1) {
  v1::Sample sample;
  sample.set_sequence(sequence);
  sample.set_monotonic_us(static_cast<std::int64_t>(t_s * 1e6));
  sample.set_generation(generation);
  sample.set_phase(v1::PHASE_SOAK);
  sample.add_gauge(1), sample.add_value(rss);
  sample.add_gauge(2), sample.add_value(payments);
  return sample;
}

storage::SamplePage Page(std::vector<v1::Sample> samples) {
  storage::SamplePage page;
  page.gauges = {Gauge(1, "rss", "bytes"), Gauge(2, "payments", "count", true)};
  page.samples = std::move(samples);
  return page;
}

std::vector<v1::Sample> Leaking(int count) {
  std::vector<v1::Sample> samples;
  for (int i = 0; i < count; ++i) {
    const double noise = (i * 2654435761u % 1000) * 4.0;
    samples.push_back(Sample(static_cast<std::uint64_t>(i) + 1, i * 0.25, 6e7 + i * 51'200.0 + noise, i * 12.5));
  }
  return samples;
}

v1::Run ARun() {
  v1::Run run;
  run.set_run_id("r-1");
  run.mutable_spec()->set_duration_ms(120'000);
  return run;
}

v1::Run HostWithoutLimits(v1::Run run) {
  run.clear_limits();
  return run;
}

TEST(RunFeed, FindsALeakPerPayment) {
  RunFeed feed(ARun());
  feed.Add(Page(Leaking(480)));
  const v1::RunVerdict verdict = feed.Final(ARun());
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_LEAK) << verdict.headline();
  EXPECT_FALSE(verdict.provisional());
  ASSERT_GT(verdict.series_size(), 0);
  EXPECT_EQ(verdict.series(0).operation(), "payments");
  EXPECT_NEAR(verdict.series(0).kept_per_operation().value(), 4096, 300);
}

TEST(RunFeed, LeavesOutWhatTheJudgeHasNoRoomFor) {
  RunFeed feed(ARun());
  storage::SamplePage page = Page(Leaking(480));
  for (std::uint32_t id = 3; id < 53; ++id) page.gauges.push_back(Gauge(id, "operation_" + std::to_string(id), "count", true));
  for (std::uint32_t id = 53; id < 453; ++id) page.gauges.push_back(Gauge(id, "series_" + std::to_string(id), "count"));
  feed.Add(page);
  const v1::RunVerdict verdict = feed.Final(ARun());
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_LEAK) << verdict.headline();
  EXPECT_EQ(verdict.series(0).operation(), "payments");
}

TEST(RunFeed, ProjectsTheTimeToALimitOfTheTarget) {
  v1::Run run = ARun();
  RunFeed unlimited(run);
  v1::ResourceLimit& limit = *run.add_limits();
  limit.set_series("rss");
  limit.set_value(6e7 + 480 * 51'200.0 + 10 * 60 * 4 * 51'200.0);  // ten minutes on
  limit.set_name("cgroup memory.max");
  RunFeed limited(run);
  for (RunFeed* feed : {&unlimited, &limited}) feed->Add(Page(Leaking(480)));
  EXPECT_TRUE(std::isnan(unlimited.Final(run).series(0).limit_reached_in_s()));
  const v1::RunVerdict verdict = limited.Final(run);
  EXPECT_EQ(verdict.series(0).limit(), "cgroup memory.max");
  EXPECT_NEAR(verdict.series(0).limit_reached_in_s(), 600, 30);
}

TEST(RunFeed, KnowsTheTargetThatItWasMadeFor) {
  v1::Run run = ARun();
  const RunFeed before(run);
  run.set_state(v1::RUN_STATE_RUNNING);
  run.set_sdk_language("c++");
  EXPECT_TRUE(before.KnowsTargetOf(run));
  run.set_sdk_language("go");
  EXPECT_FALSE(before.KnowsTargetOf(run));
  EXPECT_TRUE(RunFeed(run).KnowsTargetOf(run));
  run.add_limits()->set_series("rss");
  EXPECT_FALSE(RunFeed(HostWithoutLimits(run)).KnowsTargetOf(run));
}

TEST(RunFeed, GivesTheSameBitsHoweverTheSamplesArePaged) {
  v1::FaultReport fault;
  fault.set_injected_at_ms(30'000);
  fault.set_healed_at_ms(30'400);
  RunFeed whole(ARun()), pieces(ARun());
  EXPECT_TRUE(whole.SetFaults({fault}));
  EXPECT_TRUE(pieces.SetFaults({}));
  const auto samples = Leaking(480);
  whole.Add(Page(samples));
  for (std::size_t i = 0; i < samples.size(); i += 7) {
    // As live: the fault becomes known just before the samples of its time.
    if (i == 119) {
      EXPECT_TRUE(pieces.SetFaults({fault}));
    }
    pieces.Add(Page({samples.begin() + static_cast<std::ptrdiff_t>(i),
                     samples.begin() + static_cast<std::ptrdiff_t>(std::min(i + 7, samples.size()))}));
    pieces.Provisional();
  }
  EXPECT_EQ(whole.Final(ARun()).SerializeAsString(), pieces.Final(ARun()).SerializeAsString());
}

TEST(RunFeed, AsksForANewFeedWhenAFaultBecomesKnownTooLate) {
  RunFeed feed(ARun());
  feed.Add(Page(Leaking(200)));
  v1::FaultReport fault;
  fault.set_injected_at_ms(10'000);
  fault.set_healed_at_ms(10'400);
  EXPECT_FALSE(feed.SetFaults({fault}));
  fault.set_injected_at_ms(60'000);
  fault.set_healed_at_ms(60'400);
  EXPECT_TRUE(feed.SetFaults({fault}));
}

TEST(RunFeed, DrawsNoVerdictAcrossAnUnexplainedHole) {
  RunFeed feed(ARun());
  auto samples = Leaking(480);
  for (auto& sample : samples) sample.set_value(0, 6e7 + sample.sequence() % 7);
  samples.erase(samples.begin() + 100, samples.begin() + 300);
  feed.Add(Page(samples));
  const auto verdict = feed.Final(ARun()).verdict();
  EXPECT_TRUE(verdict == v1::VERDICT_INVALID || verdict == v1::VERDICT_INCONCLUSIVE) << v1::Verdict_Name(verdict);
}

TEST(RunFeed, IsInvalidWithoutASample) {
  v1::Run ended = ARun();
  ended.set_state_reason("the target ended at once (exit 3)");
  RunFeed feed(ended);
  const v1::RunVerdict verdict = feed.Final(ended);
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_INVALID);
  EXPECT_THAT(verdict.headline(), ::testing::HasSubstr("exit 3"));
}

TEST(RunFeed, IsInvalidWhenNoOperationEverSucceeded) {
  RunFeed feed(ARun());
  storage::SamplePage page;
  page.gauges = {Gauge(1, "rss", "bytes"), Gauge(2, "errors", "count")};
  page.gauges[1].set_origin(v1::GAUGE_ORIGIN_SCENARIO);
  for (std::uint64_t i = 0; i < 480; ++i) {
    page.samples.push_back(Sample(i + 1, static_cast<double>(i) * 0.25, 6e7, static_cast<double>(i)));
  }
  feed.Add(page);
  const v1::RunVerdict verdict = feed.Final(ARun());
  EXPECT_EQ(verdict.verdict(), v1::VERDICT_INVALID);
  EXPECT_THAT(verdict.headline(), ::testing::HasSubstr("479 failed"));
}

TEST(RunFeed, CountsOperationsAcrossGenerations) {
  RunFeed feed(ARun());
  std::vector<v1::Sample> samples;
  for (std::uint64_t i = 0; i < 480; ++i) {
    const bool second = i >= 240;
    // The counter begins anew with the generation; what is kept does not.
    samples.push_back(Sample(i + 1, static_cast<double>(i) * 0.25, 6e7, static_cast<double>(second ? i - 240 : i), second ? 2 : 1));
  }
  feed.Add(Page(samples));
  EXPECT_NE(feed.Final(ARun()).verdict(), v1::VERDICT_LEAK);
}

TEST(TimeTable, HasAboutADozenRowsOfAnyRun) {
  for (const int count : {1, 5, 12, 30, 10'000}) {
    TimeTable table;
    table.Add(Page(Leaking(count)));
    v1::GetReportResponse report;
    table.WriteTo(report);
    EXPECT_GE(report.table_size(), std::min(count, 6)) << count;
    EXPECT_LE(report.table_size(), 13) << count;
    EXPECT_EQ(report.table_series(), "rss");
    EXPECT_EQ(report.table_operation(), "payments");
    EXPECT_TRUE(std::isnan(report.table(0).delta()));
    EXPECT_DOUBLE_EQ(report.table(report.table_size() - 1).minutes(), (count - 1) * 0.25 / 60);
  }
}

}  // namespace
}  // namespace seep::coordinator
