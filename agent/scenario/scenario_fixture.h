// A scenario engine on a host in memory and a simulated clock, for tests: set up,
// run for as long as the test likes, and taken down with the test.
//
// Threads: the test's.
#ifndef SEEP_AGENT_SCENARIO_SCENARIO_FIXTURE_H_
#define SEEP_AGENT_SCENARIO_SCENARIO_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/scenario/fake_host.h"
#include "agent/scenario/scenario_engine.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {

class ScenarioFixture : public ::testing::Test {
 protected:
  explicit ScenarioFixture(std::uint32_t interval_ms) {
    plan_.seed = 7;
    plan_.alice = DrawWalletSecret(7, "alice");
    plan_.bob = DrawWalletSecret(7, "bob");
    plan_.work_directory = directory_.path();
    plan_.pace.set_interval_ms(interval_ms);
  }
  ~ScenarioFixture() override { End(); }

  absl::Status SetUpScenario() {
    engine_ = std::make_unique<ScenarioEngine>(loop_, host_, plan_, counters_, &host_,
                                               [this](std::string note) { notes_.push_back(std::move(note)); });
    std::optional<absl::Status> result;
    Spawn([](ScenarioEngine& engine, std::optional<absl::Status>& result) -> Async<void> {
      result = co_await engine.Setup();
    }(*engine_, result));
    loop_.RunUntil([&] { return result.has_value(); }, absl::Hours(1));
    return result.value_or(absl::InternalError("set-up never ended"));
  }
  void Begin() {
    ASSERT_OK(SetUpScenario());
    running_ = true;
    Spawn(engine_->Run(), [this] { running_ = false; });
  }
  void End() {
    if (!engine_) return;
    engine_->Stop();
    EXPECT_TRUE(loop_.RunUntil([this] { return !running_; }, absl::Minutes(5)));
    bool down = false;
    Spawn(engine_->Teardown(), [&] { down = true; });
    EXPECT_TRUE(loop_.RunUntil([&] { return down; }, absl::Minutes(5)));
    engine_.reset();
  }

  TempDirectory directory_ = *TempDirectory::Create("seep-scenario-test");
  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  FakeHost host_{loop_};
  ScenarioPlan plan_;
  ScenarioCounters counters_;
  std::vector<std::string> notes_;
  std::unique_ptr<ScenarioEngine> engine_;
  bool running_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_SCENARIO_FIXTURE_H_
