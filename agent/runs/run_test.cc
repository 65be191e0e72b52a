// Runs with real processes: a fixture host, good or misbehaving.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "agent/runs/run_fixture.h"

namespace seep::agent {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

TEST_F(RunTest, RunsItsCourseAndEndsGracefully) {
  spec_.set_cool_down_ms(100);
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  EXPECT_TRUE(status.final());
  EXPECT_EQ(status.sdk_name(), "fixture-sdk");
  EXPECT_EQ(status.generations_size(), 1);
  EXPECT_GT(status.limits_size(), 0) << "a child has a limit of open files";
  const v1::SampleBlock block = Samples();
  EXPECT_EQ(block.samples_size(), static_cast<int>(status.last_sequence()));
  EXPECT_GE(block.samples_size(), 8);
  EXPECT_EQ(block.samples(block.samples_size() - 1).phase(), v1::PHASE_TEARDOWN);
  EXPECT_GT(Last(block, "payments"), 5);
  EXPECT_EQ(Last(block, "heap_allocated"), 4242);
  EXPECT_EQ(Last(block, "host.syncs"), 1) << "a host's name does not take ours";
  EXPECT_EQ(Last(block, "errors"), 0);
  EXPECT_EQ(Last(block, "listeners_expected"), 0) << "all taken down";
}

TEST_F(RunTest, PassesThroughItsPhasesInOrderAndMarksTheWarmUp) {
  spec_.set_duration_ms(1500);
  spec_.set_warm_up_ms(500);
  spec_.set_cool_down_ms(300);
  spec_.set_teardown_ms(200);
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  const v1::SampleBlock block = Samples();
  std::vector<v1::Phase> phases;
  std::map<bool, std::uint64_t> payments;  // by warm-up
  std::int64_t last_us = 0, torn_down_us = 0;
  for (const v1::Sample& sample : block.samples()) {
    if (phases.empty() || phases.back() != sample.phase()) phases.push_back(sample.phase());
    if (sample.phase() == v1::PHASE_TEARDOWN && torn_down_us == 0) torn_down_us = sample.monotonic_us();
    last_us = sample.monotonic_us();
    for (const v1::OperationDelta& delta : sample.operations()) {
      if (delta.operation() != "payment") continue;
      for (const std::uint64_t count : delta.latency().count()) payments[delta.warm_up()] += count;
    }
  }
  // A sample from before the host answers is warm-up as well; there may be none.
  if (!phases.empty() && phases.front() == v1::PHASE_WARM_UP) phases.erase(phases.begin());
  const std::vector<v1::Phase> in_order = {v1::PHASE_BASELINE, v1::PHASE_WARM_UP, v1::PHASE_SOAK, v1::PHASE_COOL_DOWN,
                                           v1::PHASE_TEARDOWN};
  EXPECT_EQ(phases, in_order);
  EXPECT_EQ(payments[true] + payments[false], static_cast<std::uint64_t>(Last(block, "payments"))) << "each is sent once";
  EXPECT_GT(payments[true], 5u);
  EXPECT_GT(payments[false], payments[true]) << "a second against half a one";
  // The disconnects, the settling, then the residual sample.
  EXPECT_GE(last_us - torn_down_us, 100'000);
}

TEST_F(RunTest, StoppedByAPersonItIsFinishedAndInterrupted) {
  spec_.set_duration_ms(600'000);
  const v1::RunStatus status =
      RunToTheEnd({{absl::Milliseconds(300), [](TheRun& run) { run.Stop("Ctrl-C", true); run.Stop("again", true); }}});
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED);
  EXPECT_TRUE(status.interrupted());
  EXPECT_EQ(status.reason(), "Ctrl-C");
}

TEST_F(RunTest, StoppedBeforeItWorkedItIsCancelled) {
  Use("silent");
  const v1::RunStatus status =
      RunToTheEnd({{absl::Milliseconds(200), [](TheRun& run) { run.Stop("cancelled", true); }}}, absl::Seconds(20));
  EXPECT_EQ(status.state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(RunTest, EachFaultEndsInANewGenerationWithASampleBeforeAndAfter) {
  spec_.set_duration_ms(600'000);
  When(AfterSamples(1, 2), [](TheRun& run) {
    run.Order(Fault("f-1", v1::FAULT_KIND_KILL));
    run.Order(Fault("f-1", v1::FAULT_KIND_KILL));
  });
  When(AfterSamples(2, 2), [](TheRun& run) { run.Order(Fault("f-2", v1::FAULT_KIND_TERMINATE)); });
  When(AfterSamples(3, 2), [](TheRun& run) { run.Order(Fault("f-3", v1::FAULT_KIND_GRACEFUL)); });
  When(AfterSamples(4, 2), [](TheRun& run) { run.Stop("enough", false); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  ASSERT_EQ(status.generations_size(), 4);
  EXPECT_EQ(status.generations(0).ended_by(), "fault f-1: kill");
  EXPECT_EQ(status.generations(1).ended_by(), "fault f-2: terminate");
  EXPECT_EQ(status.generations(2).ended_by(), "fault f-3: graceful");
  std::map<std::string, v1::FaultReport> last;
  for (const auto& report : seen_.faults) last[report.fault_id()] = report;
  ASSERT_EQ(last.size(), 3u);
  for (const auto& [id, report] : last) {
    EXPECT_EQ(report.state(), v1::FAULT_STATE_HEALED) << id;
    EXPECT_EQ(report.new_generation(), report.old_generation() + 1);
    EXPECT_NE(report.old_pid(), report.new_pid());
  }
  std::set<std::uint32_t> generations;
  const v1::SampleBlock block = Samples();
  for (const auto& sample : block.samples()) generations.insert(sample.generation());
  EXPECT_EQ(generations.size(), 4u);
}

TEST_F(RunTest, AFaultForARunThatIsOverIsSkipped) {
  RunToTheEnd();
  run_->Order(Fault("late", v1::FAULT_KIND_KILL));
  ASSERT_FALSE(seen_.faults.empty());
  EXPECT_EQ(seen_.faults.back().state(), v1::FAULT_STATE_SKIPPED);
}

TEST_F(RunTest, ACrashIsClassifiedWithItsSignalAndAnsweredUntilTheBudgetIsSpent) {
  Use("segfaults");
  spec_.set_duration_ms(600'000);
  spec_.set_max_restarts_on_crash(1);
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(status.reason(), HasSubstr("signal 11"));
  ASSERT_EQ(status.generations_size(), 2);
  EXPECT_THAT(status.generations(0).ended_by(), HasSubstr("crash: signal 11"));
}

TEST_F(RunTest, AHostThatExitsAtOnceFailsTheRunAndSaysHow) {
  Use("exits");
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(status.reason(), AnyOf(HasSubstr("exit 3"), HasSubstr("closed its standard")));
}

TEST_F(RunTest, AHostThatPrintsGarbageIsBroken) {
  Use("garbage");
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(status.reason(), HasSubstr("100 lines that are no messages"));
}

TEST_F(RunTest, AFloodOfStandardErrorIsDrainedCappedAndCounted) {
  Use("floods");
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  EXPECT_LT(seen_.log.size(), 1u << 20);
  EXPECT_GE(seen_.samples, 5) << "the flood does not stop the samples";
}

TEST_F(RunTest, AStubbornHostIsKilledWithinTheGrace) {
  Use("stubborn");
  const v1::RunStatus status = RunToTheEnd({}, absl::Seconds(30));
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
}

TEST_F(RunTest, TerminateOfAStubbornHostBecomesAKill) {
  Use("stubborn");
  spec_.set_duration_ms(600'000);
  v1::FaultOrder order = Fault("f-1", v1::FAULT_KIND_TERMINATE);
  order.set_grace_ms(200);
  When(AfterSamples(1, 2), [order](TheRun& run) { run.Order(order); });
  When(AfterSamples(2, 1), [](TheRun& run) { run.Abort("enough"); });
  RunToTheEnd();
  ASSERT_FALSE(seen_.faults.empty());
  EXPECT_EQ(seen_.faults.back().state(), v1::FAULT_STATE_HEALED);
  EXPECT_THAT(seen_.faults.back().detail(), HasSubstr("killed after 200ms"));
}

TEST_F(RunTest, AFaultThatIsNotHealedInItsTimeToLiveHasFailed) {
  spec_.set_duration_ms(600'000);
  When(AfterSamples(1, 2), [this](TheRun& run) {
    // The next generation will never answer.
    configuration_.drivers["good"].command = {FIXTURE_HOST, "silent"};
    v1::FaultOrder order = Fault("f-1", v1::FAULT_KIND_KILL);
    order.set_planned_at_ms(run.status().generations(0).started_at_ms() + 1000);
    order.set_ttl_ms(5000);
    run.Order(order);
    StopOnceSettled();
  });
  RunToTheEnd();
  EXPECT_EQ(seen_.faults.back().state(), v1::FAULT_STATE_FAILED);
  EXPECT_EQ(seen_.faults.back().detail(), "not healed within its time to live of 5s");
  EXPECT_GT(seen_.faults.back().injected_at_ms(), 0u);
}

TEST_F(RunTest, AGracefulFaultIsCutShortAtHalfItsTimeToLive) {
  Use("stubborn");
  spec_.set_duration_ms(600'000);
  v1::FaultOrder order = Fault("f-1", v1::FAULT_KIND_GRACEFUL);
  order.set_ttl_ms(8000);
  When(AfterSamples(1, 2), [this, order](TheRun& run) mutable {
    order.set_planned_at_ms(run.status().generations(0).started_at_ms() + 1000);
    run.Order(order);
    StopOnceSettled();
  });
  RunToTheEnd();
  EXPECT_EQ(seen_.faults.back().state(), v1::FAULT_STATE_HEALED);
  EXPECT_THAT(seen_.faults.back().detail(), HasSubstr("cut short: half of its time to live"));
}

TEST_F(RunTest, OrphansInSessionsOfTheirOwnGoToo) {
  Use("orphans");
  RunToTheEnd();  // checks that no marked process is left
}

TEST_F(RunTest, AbortKillsAtOnceWhateverItDoes) {
  Use("deaf");
  spec_.set_duration_ms(600'000);
  const v1::RunStatus status =
      RunToTheEnd({{absl::Milliseconds(300), [](TheRun& run) { run.Abort("forced"); }}}, absl::Seconds(10));
  EXPECT_EQ(status.state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(RunTest, AHungHostStillEndsItsRunInTime) {
  Use("freezes");
  // Connecting bob never answers; the soak never begins. Stop ends it.
  const v1::RunStatus status =
      RunToTheEnd({{absl::Milliseconds(500), [](TheRun& run) { run.Stop("stop", true); }}}, absl::Seconds(20));
  EXPECT_EQ(status.state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(RunTest, AHostThatHangsIsFoundLongBeforeItsCallsDeadline) {
  Use("freezes");
  spec_.set_duration_ms(600'000);
  // A connect may take 60 s; no one waits for it.
  const v1::RunStatus status = RunToTheEnd({}, absl::Seconds(40));
  EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(status.reason(), HasSubstr("hang: no word"));
  ASSERT_EQ(status.generations_size(), 1);
  EXPECT_GT(Samples().samples_size(), 0) << "its last sample is kept";
}

TEST_F(RunTest, NothingOutsideTheAllowListIsExecuted) {
  for (const char* driver : {"/bin/sh", "good;id", "$(id)", "../good", ""}) {
    spec_.mutable_target()->set_driver(driver);
    const v1::RunStatus status = [&] {
      run_ = std::make_unique<TheRun>(parts_, spec_);
      run_->Start();
      return run_->status();
    }();
    EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
    EXPECT_THAT(status.reason(), HasSubstr("allow list"));
    EXPECT_EQ(status.generations_size(), 0);
  }
}

TEST_F(RunTest, AVersionThatIsNotInstalledIsRefusedNamingThoseThatAre) {
  ASSERT_OK(MakeDirectories(directory_.path() + "/versions/1.0.0"));
  Driver driver;
  driver.name = "versioned";
  driver.command = {FIXTURE_HOST, "good", "{version}"};
  driver.versions_directory = directory_.path() + "/versions";
  driver.default_version = "1.0.0";
  configuration_.drivers["versioned"] = driver;
  spec_.mutable_target()->set_driver("versioned");
  for (const char* version : {"../1.0.0", "1.0.0;id", "2.0.0"}) {
    spec_.mutable_target()->set_version(version);
    run_ = std::make_unique<TheRun>(parts_, spec_);
    run_->Start();
    EXPECT_EQ(run_->status().state(), v1::RUN_STATE_FAILED);
    EXPECT_THAT(run_->status().reason(), HasSubstr("installed: 1.0.0"));
  }
}

TEST_F(RunTest, ASecretNeverShows) {
  const std::string canary = "dead" + std::string(60, 'b');
  ASSERT_OK(WriteFileAtomically(directory_.path() + "/seed", canary));
  configuration_.secrets["ALICE_SEED"] = {"", directory_.path() + "/seed"};
  spec_.add_seed_refs("ALICE_SEED");
  RunToTheEnd();
  EXPECT_THAT(seen_.log, ::testing::Not(HasSubstr(canary)));
  for (const auto& status : seen_.statuses) EXPECT_THAT(status.ShortDebugString(), ::testing::Not(HasSubstr(canary)));
}

}  // namespace
}  // namespace seep::agent
