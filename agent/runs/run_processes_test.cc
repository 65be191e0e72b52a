// Runs whose target is several SDK hosts.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "agent/runs/run_fixture.h"

namespace seep::agent {
namespace {

using ::testing::HasSubstr;

class RunProcessesTest : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    spec_.mutable_target()->set_processes(3);
    spec_.set_duration_ms(600'000);
  }
  static v1::FaultOrder Strike(const std::string& id, v1::FaultKind kind, std::uint32_t process) {
    v1::FaultOrder order = Fault(id, kind);
    order.set_process(process);
    return order;
  }
  double ValueIn(const v1::SampleBlock& block, const v1::Sample& sample, const std::string& name) {
    const std::uint32_t id = GaugeId(block, name);
    for (int i = 0; i < sample.gauge_size(); ++i) {
      if (sample.gauge(i) == id) return sample.value(i);
    }
    return -1;
  }
};

TEST_F(RunProcessesTest, EachIsDrivenAndSampledAndTheSumIsTheRuns) {
  When(AfterSamples(1, 8), [](TheRun& run) { run.Stop("enough", false); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  ASSERT_EQ(status.generations_size(), 1);
  EXPECT_EQ(std::set<std::int64_t>(status.generations(0).pids().begin(), status.generations(0).pids().end()).size(), 3u);
  const v1::SampleBlock block = Samples();
  int with_sum = 0;
  for (const v1::Sample& sample : block.samples()) {
    const double sum = ValueIn(block, sample, "rss");
    if (sum < 0) continue;
    ++with_sum;
    double parts = 0;
    for (int process = 1; process <= 3; ++process) {
      const double part = ValueIn(block, sample, "rss.process" + std::to_string(process));
      EXPECT_GT(part, 0);
      parts += part;
    }
    EXPECT_EQ(sum, parts);
  }
  EXPECT_GE(with_sum, 5);
  EXPECT_EQ(Last(block, "heap_allocated"), 3 * 4242);
  EXPECT_EQ(Last(block, "heap_allocated.process2"), 4242);
  double payments = 0;
  for (int process = 1; process <= 3; ++process) {
    EXPECT_GT(Last(block, "payments.process" + std::to_string(process)), 0);
    payments += Last(block, "payments.process" + std::to_string(process));
  }
  EXPECT_EQ(Last(block, "payments"), payments);
  EXPECT_EQ(block.samples(block.samples_size() - 1).phase(), v1::PHASE_TEARDOWN);
  EXPECT_GT(ValueIn(block, block.samples(block.samples_size() - 1), "rss"), 0) << "the residual is told of all";
  std::uint64_t timed = 0;
  for (const v1::Sample& sample : block.samples()) {
    std::set<std::pair<std::string, bool>> names;
    for (const v1::OperationDelta& delta : sample.operations()) {
      EXPECT_TRUE(names.emplace(delta.operation(), delta.warm_up()).second) << "each operation once a sample";
      if (delta.operation() != "payment") continue;
      for (const std::uint64_t count : delta.latency().count()) timed += count;
    }
  }
  EXPECT_EQ(static_cast<double>(timed), payments) << "latencies of all processes";
}

TEST_F(RunProcessesTest, AFaultStrikesOneAndTheOthersGoOn) {
  When(AfterSamples(1, 3), [](TheRun& run) { run.Order(Strike("f-1", v1::FAULT_KIND_KILL, 2)); });
  When(AfterSamples(2, 3), [](TheRun& run) { run.Order(Strike("f-2", v1::FAULT_KIND_GRACEFUL, 3)); });
  When(AfterSamples(3, 3), [](TheRun& run) { run.Stop("enough", false); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  ASSERT_EQ(status.generations_size(), 3);
  const auto& first = status.generations(0).pids();
  const auto& second = status.generations(1).pids();
  const auto& third = status.generations(2).pids();
  EXPECT_EQ(second[0], first[0]);
  EXPECT_NE(second[1], first[1]);
  EXPECT_EQ(second[2], first[2]);
  EXPECT_EQ(third[1], second[1]);
  EXPECT_NE(third[2], second[2]);
  EXPECT_EQ(status.generations(0).ended_by(), "fault f-1: kill of process 2");
  EXPECT_EQ(status.generations(1).ended_by(), "fault f-2: graceful of process 3");
  for (const v1::FaultReport& report : seen_.faults) {
    if (report.state() != v1::FAULT_STATE_HEALED) continue;
    EXPECT_EQ(report.process(), report.fault_id() == "f-1" ? 2u : 3u);
    EXPECT_EQ(report.old_pid(), report.fault_id() == "f-1" ? first[1] : second[2]);
    EXPECT_EQ(report.new_pid(), report.fault_id() == "f-1" ? second[1] : third[2]);
  }
  EXPECT_EQ(seen_.faults.back().state(), v1::FAULT_STATE_HEALED);
  // No sum lacks a process; counts never fall.
  const v1::SampleBlock block = Samples();
  double payments = 0;
  for (const v1::Sample& sample : block.samples()) {
    if (ValueIn(block, sample, "rss") >= 0) {
      for (int process = 1; process <= 3; ++process) EXPECT_GE(ValueIn(block, sample, "rss.process" + std::to_string(process)), 0);
    }
    const double now = ValueIn(block, sample, "payments");  // told from the first one on
    if (now < 0) continue;
    EXPECT_GE(now, payments);
    payments = now;
  }
}

TEST_F(RunProcessesTest, AFaultOfAllIsANewGenerationOfAll) {
  When(AfterSamples(1, 3), [](TheRun& run) { run.Order(Strike("f-1", v1::FAULT_KIND_TERMINATE, 0)); });
  When(AfterSamples(2, 3), [](TheRun& run) { run.Stop("enough", false); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  ASSERT_EQ(status.generations_size(), 2);
  for (int i = 0; i < 3; ++i) EXPECT_NE(status.generations(0).pids(i), status.generations(1).pids(i));
}

TEST_F(RunProcessesTest, ACrashOfOneIsAnsweredAndNamed) {
  spec_.set_max_restarts_on_crash(3);
  pid_t struck = 0;
  When(AfterSamples(1, 3), [&struck](TheRun& run) {
    struck = static_cast<pid_t>(run.status().generations(0).pids(2));
    kill(struck, SIGSEGV);
  });
  When(AfterSamples(2, 3), [](TheRun& run) { run.Stop("enough", false); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
  ASSERT_EQ(status.generations_size(), 2);
  EXPECT_THAT(status.generations(0).ended_by(), HasSubstr("process 3: crash: signal 11"));
  EXPECT_EQ(status.generations(1).pids(0), status.generations(0).pids(0));
  EXPECT_NE(status.generations(1).pids(2), struck);
}

TEST_F(RunProcessesTest, WithoutRestartsLeftTheOthersAreLetDownGently) {
  When(AfterSamples(1, 3), [](TheRun& run) { kill(static_cast<pid_t>(run.status().generations(0).pids(0)), SIGKILL); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(status.reason(), HasSubstr("process 1: crash: signal 9"));
  const v1::SampleBlock block = Samples();
  EXPECT_EQ(block.samples(block.samples_size() - 1).phase(), v1::PHASE_TEARDOWN);
}

TEST_F(RunProcessesTest, StopWhileOneIsReplacedEndsTheOthersInOrder) {
  When(AfterSamples(1, 3), [this](TheRun& run) {
    // Whoever is started from now on never answers.
    configuration_.drivers["good"].command = {FIXTURE_HOST, "silent"};
    run.Order(Strike("f-1", v1::FAULT_KIND_KILL, 1));
  });
  When([](const v1::RunStatus& status) { return status.generation() == 2; }, [](TheRun& run) { run.Stop("enough", true); });
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_TRUE(status.interrupted());
  EXPECT_EQ(status.state(), v1::RUN_STATE_FINISHED) << status.reason();
}

TEST_F(RunProcessesTest, MoreThan32AreRefused) {
  spec_.mutable_target()->set_processes(33);
  const v1::RunStatus status = RunToTheEnd();
  EXPECT_EQ(status.state(), v1::RUN_STATE_FAILED);
  EXPECT_THAT(status.reason(), HasSubstr("at most 32"));
}

}  // namespace
}  // namespace seep::agent
