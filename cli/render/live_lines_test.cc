#include "cli/render/live_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Run Running() {
  v1::Run run;
  run.set_run_id("r-0193");
  run.set_agent("local");
  run.set_state(v1::RUN_STATE_RUNNING);
  run.mutable_spec()->set_name("payments");
  run.mutable_spec()->set_seed(20261101);
  run.mutable_spec()->set_duration_ms(3'600'000);
  run.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
  run.mutable_spec()->mutable_sampling()->set_interval_ms(30'000);
  run.mutable_spec()->mutable_scenario()->mutable_payments();
  return run;
}

void Define(v1::RunUpdate& update, std::uint32_t id, const char* name, const char* unit, bool operation = false) {
  auto* definition = update.add_gauges();
  definition->set_id(id);
  definition->set_name(name);
  definition->set_unit(unit);
  definition->set_operation(operation);
  definition->set_origin(operation ? v1::GAUGE_ORIGIN_SCENARIO : v1::GAUGE_ORIGIN_OUTSIDE);
}

v1::RunUpdate Definitions() {
  v1::RunUpdate update;
  *update.mutable_run() = Running();
  Define(update, 1, "rss", "bytes");
  Define(update, 2, "heap_allocated", "bytes");
  Define(update, 3, "threads", "count");
  Define(update, 4, "fds", "count");
  Define(update, 5, "payments", "count", true);
  Define(update, 6, "listeners", "count");
  return update;
}

void AddSample(v1::RunUpdate& update, std::int64_t seconds, std::vector<std::pair<std::uint32_t, double>> values,
               std::uint32_t generation = 1) {
  auto* sample = update.add_samples();
  sample->set_monotonic_us(seconds * 1'000'000);
  sample->set_generation(generation);
  for (const auto& [id, value] : values) {
    sample->add_gauge(id);
    sample->add_value(value);
  }
}

TEST(LiveLines, ReadAsTheSeedsPrinted) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  AddSample(update, 0, {{1, 61.9e6}, {2, 45e6}, {3, 18}, {4, 42}, {5, 0}, {6, 2}});
  AddSample(update, 30, {{1, 63.0e6}, {2, 47.12e6}, {3, 18}, {4, 42}, {5, 6}, {6, 2}});
  EXPECT_THAT(lines.Take(update),
              ElementsAre("run r-0193  payments  sdk=simulated-wallet  agent=local  seed=20261101",
                          "[00:00:00] RSS=61.9MB HeapAlloc=45.00MB Threads=18 FDs=42 Payments=0 Listeners=2",
                          "[00:00:30] RSS=63.0MB (+1.1MB) HeapAlloc=47.12MB (+2.12MB) Threads=18 FDs=42 Payments=6 Listeners=2"));
}

TEST(LiveLines, CallTheScenariosCountersAsItsPeopleDo) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  update.mutable_run()->mutable_spec()->mutable_scenario()->clear_payments();
  Define(update, 7, "info_queries", "count", true);
  Define(update, 8, "failures.bad_input", "count", true);
  Define(update, 9, "invoke.claimDeposit", "count", true);
  Define(update, 10, "cancelled_connects", "count", true);
  Define(update, 11, "dropped_iterations", "count");
  Define(update, 12, "waiting_iterations", "count");
  Define(update, 13, "prefilled", "count");
  AddSample(update, 30, {{1, 63e6}, {7, 120}, {8, 30}, {9, 15}, {10, 4}, {11, 2}, {12, 0}, {13, 50}});
  EXPECT_EQ(lines.Take(update).back(),
            "[00:00:30] RSS=63.0MB InfoQueries=120 Failures(bad_input)=30 Invokes(claimDeposit)=15 CancelledConnects=4 Dropped=2");
}

TEST(LiveLines, ShowWhatAServiceDoesAndCostsInItsUnits) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  v1::TargetSpec& target = *update.mutable_run()->mutable_spec()->mutable_target();
  target.clear_driver();
  target.set_kind(v1::TARGET_KIND_PROCESS);
  target.set_entry("api");
  update.mutable_run()->mutable_spec()->mutable_scenario()->clear_payments();
  Define(update, 7, "tcp_connections", "count");
  Define(update, 8, "cpu_percent", "percent");
  Define(update, 9, "http_requests_total", "count", true);
  Define(update, 10, "http_sent_bytes_total", "bytes", true);
  Define(update, 11, "scrape_failures", "count");
  Define(update, 12, "load.requests", "count", true);
  Define(update, 13, "load_failures", "count");
  AddSample(update, 30, {{1, 63e6}, {3, 8}, {4, 42}, {7, 3}, {8, 12.5}, {9, 4800}, {10, 2.5e6}, {11, 0}, {12, 4820}});
  AddSample(update, 60, {{1, 63e6}, {11, 2}, {13, 1}});
  const auto said = lines.Take(update);
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(said[1], "[00:00:30] RSS=63.0MB Threads=8 FDs=42 TCP=3 CPU=12.5% http_requests=4800 http_sent_bytes=2.5MB Load(requests)=4820");
  EXPECT_THAT(said[2], ::testing::EndsWith(" ScrapeFailures=2 Load(requests)=4820 LoadFailures=1"));
}

TEST(LiveLines, PrintNothingTwiceWhenAWatchReplays) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  AddSample(update, 0, {{1, 1e6}});
  auto* event = update.add_events();
  event->set_id(7);
  event->set_kind("error");
  event->set_message("payment failed");
  EXPECT_EQ(lines.Take(update).size(), 3U);
  EXPECT_THAT(lines.Take(update), IsEmpty());
}

TEST(LiveLines, PutChaosBetweenTheSamplesOfItsTime) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  AddSample(update, 30, {{1, 63e6}});
  AddSample(update, 90, {{1, 60e6}}, 2);
  auto* fault = update.add_faults();
  fault->set_fault_id("f-1");
  fault->set_kind(v1::FAULT_KIND_KILL);
  fault->set_state(v1::FAULT_STATE_HEALED);
  fault->set_injected_at_ms(60'000);
  fault->set_healed_at_ms(60'310);
  fault->set_old_generation(1);
  fault->set_new_generation(2);
  fault->set_old_pid(4121);
  fault->set_new_pid(4377);
  EXPECT_THAT(lines.Take(update), ElementsAre("run r-0193  payments  sdk=simulated-wallet  agent=local  seed=20261101",
                                              "[00:00:30] RSS=63.0MB",
                                              "[00:01:00] chaos: kill gen 1→2 (pid 4121→4377, 310 ms)",
                                              "[00:01:30] RSS=60.0MB (-3.0MB)"));
}

TEST(LiveLines, TellACrashFromAPlannedChangeOfGeneration) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  for (const char* message : {"generation 1 began, pid 7", "generation 1 ended: crash: signal 11", "generation 2 began, pid 8"}) {
    auto* event = update.add_events();
    event->set_id(static_cast<std::uint64_t>(update.events_size()));
    event->set_kind("generation");
    event->set_message(message);
    event->set_at_ms(5000);
  }
  EXPECT_THAT(lines.Take(update), ElementsAre("run r-0193  payments  sdk=simulated-wallet  agent=local  seed=20261101",
                                              "[00:00:05] generation: generation 1 ended: crash: signal 11"));
}

TEST(LiveLines, ThinFastSamplingToAboutSixtyLines) {
  LiveLines lines;
  v1::RunUpdate update = Definitions();
  update.mutable_run()->mutable_spec()->set_duration_ms(60'000);
  update.mutable_run()->mutable_spec()->mutable_sampling()->set_interval_ms(250);
  for (int quarter = 0; quarter < 240; ++quarter) {
    auto* sample = update.add_samples();
    sample->set_monotonic_us(quarter * 250'000 + 3'000);
    sample->set_generation(1);
    sample->add_gauge(1);
    sample->add_value(1e6);
  }
  const auto said = lines.Take(update);
  EXPECT_GE(said.size(), 55U);
  EXPECT_LE(said.size(), 66U);
}

TEST(LiveLines, SayWhyARunWaitsOnceAndWhyItFailed) {
  LiveLines lines;
  v1::RunUpdate update;
  *update.mutable_run() = Running();
  update.mutable_run()->set_state(v1::RUN_STATE_QUEUED);
  update.mutable_run()->set_state_reason("no agent has zone=a\x1b[2J");
  EXPECT_THAT(lines.Take(update), ElementsAre("run r-0193  queued: no agent has zone=a?[2J"));
  EXPECT_THAT(lines.Take(update), IsEmpty());
  update.mutable_run()->set_state(v1::RUN_STATE_FAILED);
  update.mutable_run()->set_state_reason("the host exited at once: exit 3");
  EXPECT_THAT(lines.Take(update), ElementsAre("run r-0193  payments  sdk=simulated-wallet  agent=local  seed=20261101",
                                              "run r-0193  failed: the host exited at once: exit 3"));
}

TEST(Gauges, ForgetTheDeadProcessButNotTheScenario) {
  Gauges gauges;
  v1::RunUpdate update = Definitions();
  for (const auto& definition : update.gauges()) gauges.Define(definition);
  AddSample(update, 1, {{1, 5e6}, {5, 12}});
  AddSample(update, 2, {{3, 4}}, 2);
  for (const auto& sample : update.samples()) gauges.Take(sample);
  EXPECT_EQ(gauges.Latest("rss"), std::nullopt);
  EXPECT_EQ(gauges.Latest("payments"), 12);
  EXPECT_EQ(gauges.Latest("threads"), 4);
}

}  // namespace
}  // namespace seep::cli
