// A run with real processes, for tests: a fixture host, good or misbehaving,
// and a listener that records what the run tells.
//
// Threads: the test's.
#ifndef SEEP_AGENT_RUNS_RUN_FIXTURE_H_
#define SEEP_AGENT_RUNS_RUN_FIXTURE_H_

#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/runs/run.h"
#include "agent/sampler/linux_proc_reader.h"
#include "agent/supervisor/launch.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {

using TheRun = ::seep::agent::Run;  // testing::Test has a Run of its own

class Recorder : public RunListener {
 public:
  void OnStatus(const v1::RunStatus& status) override { statuses.push_back(status); }
  void OnFault(const v1::FaultReport& report) override { faults.push_back(report); }
  void OnLogs(v1::LogBatch batch) override {
    dropped_lines += batch.dropped_lines();
    for (const auto& line : batch.lines()) log += line.source() + ": " + line.text() + "\n";
  }
  void OnSample(const std::string&, absl::Duration) override { ++samples; }

  std::vector<v1::RunStatus> statuses;
  std::vector<v1::FaultReport> faults;
  std::string log;
  std::uint64_t dropped_lines = 0;
  int samples = 0;
};

class RunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    ASSERT_OK(BecomeSubreaper());
    ASSERT_OK(sampler_.Start());
    spec_.set_run_id("r-1");
    spec_.set_duration_ms(600);
    spec_.set_seed(1);
    spec_.mutable_scenario()->mutable_payments()->set_amount_sats(1);
    spec_.mutable_pace()->set_interval_ms(5);
    spec_.mutable_sampling()->set_interval_ms(50);
    Use("good");
  }

  void Use(const std::string& mode) {
    Driver driver;
    driver.name = mode;
    driver.command = {FIXTURE_HOST, mode};
    configuration_.drivers[mode] = driver;
    spec_.mutable_target()->set_driver(mode);
  }
  // Starts the run; `later` actions happen on the loop after their delays.
  v1::RunStatus RunToTheEnd(std::vector<std::pair<absl::Duration, std::function<void(TheRun&)>>> later = {},
                            absl::Duration limit = absl::Seconds(60)) {
    run_ = std::make_unique<TheRun>(parts_, spec_);
    run_->Start();
    for (auto& [delay, action] : later) loop_.RunAfter(delay, [this, action] { action(*run_); });
    Poll();
    loop_.RunAfter(limit, [this] {
      timed_out_ = true;
      loop_.Stop();
    });
    loop_.Run();
    EXPECT_FALSE(timed_out_) << "state " << run_->status().ShortDebugString();
    EXPECT_TRUE(ProcessesMarked(RunMark(spool_->epoch(), "r-1")).empty()) << "processes are left";
    EXPECT_FALSE(FileExists(directory_.path() + "/runs/r-1/work")) << "the work directory is left";
    return run_->status();
  }
  void Poll() {
    if (run_->over()) return loop_.Post([this] { loop_.Stop(); });
    loop_.RunAfter(absl::Milliseconds(5), [this] { Poll(); });
  }
  // Once `ready`, checked every few milliseconds, `act` happens.
  void When(std::function<bool(const v1::RunStatus&)> ready, std::function<void(TheRun&)> act) {
    loop_.RunAfter(absl::Milliseconds(5), [this, ready, act] {
      if (run_ == nullptr || !ready(run_->status())) return When(ready, act);
      act(*run_);
    });
  }
  // Once generation `generation` works and `more` samples were taken since.
  std::function<bool(const v1::RunStatus&)> AfterSamples(std::uint32_t generation, int more) {
    auto from = std::make_shared<int>(-1);
    return [this, generation, more, from](const v1::RunStatus& status) {
      if (status.state() != v1::RUN_STATE_RUNNING || status.generation() < generation) return false;
      // A fault's generation has its number before it works.
      const v1::FaultState fault = seen_.faults.empty() ? v1::FAULT_STATE_HEALED : seen_.faults.back().state();
      if (fault == v1::FAULT_STATE_INTENDED || fault == v1::FAULT_STATE_INJECTED) return false;
      if (*from < 0) *from = seen_.samples;
      return seen_.samples >= *from + more;
    };
  }
  // Once a fault has healed or failed; then what follows can wait no longer.
  void StopOnceSettled() {
    const v1::FaultState state = seen_.faults.empty() ? v1::FAULT_STATE_PLANNED : seen_.faults.back().state();
    if (state == v1::FAULT_STATE_HEALED || state == v1::FAULT_STATE_FAILED) return run_->Stop("seen", false);
    loop_.RunAfter(absl::Milliseconds(10), [this] { StopOnceSettled(); });
  }
  v1::SampleBlock Samples() {
    v1::SampleBlock block;
    std::uint64_t from = 1;
    while (auto batch = spool_->Read({spool_->epoch(), "r-1"}, from, 1000, 1 << 20)) {
      block.MergeFromString(batch->block);
      from = batch->last_sequence() + 1;
    }
    return block;
  }
  std::uint32_t GaugeId(const v1::SampleBlock& block, const std::string& name) {
    for (const auto& gauge : block.gauges()) {
      if (gauge.name() == name) return gauge.id();
    }
    return 0;
  }
  double Last(const v1::SampleBlock& block, const std::string& name) {
    double last = -1;
    for (const auto& sample : block.samples()) {
      for (int i = 0; i < sample.gauge_size(); ++i) {
        if (sample.gauge(i) == GaugeId(block, name)) last = sample.value(i);
      }
    }
    return last;
  }
  static v1::FaultOrder Fault(const std::string& id, v1::FaultKind kind) {
    v1::FaultOrder order;
    order.set_fault_id(id);
    order.set_run_id("r-1");
    order.set_kind(kind);
    return order;
  }

  TempDirectory directory_ = *TempDirectory::Create("seep-run-test");
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  std::unique_ptr<Spool> spool_ = *Spool::Open(directory_.path() + "/spool", 64 << 20);
  Sampler sampler_{loop_, std::make_unique<LinuxProcReader>(clock_)};
  OrphanReaper reaper_;
  Configuration configuration_;
  Recorder seen_;
  AgentParts parts_{loop_, *spool_, sampler_, reaper_, configuration_, seen_, directory_.path() + "/runs"};
  v1::RunSpec spec_;
  std::unique_ptr<TheRun> run_;
  bool timed_out_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_RUN_FIXTURE_H_
