// The whole agent against a coordinator in the test, over real gRPC on a unix
// socket, with the fixture host as target.
#include "agent/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "agent/session/grpc_link.h"
#include "agent/session/tiny_coordinator.h"
#include "common/os/process_tree.h"
#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    ASSERT_OK(BecomeSubreaper());
    configuration_.name = "lab-1";
    configuration_.coordinator = "unix:" + directory_.path() + "/sock";
    configuration_.state_directory = directory_.path() + "/state";
    configuration_.slots = 1;
    configuration_.drivers["good"].name = "good";
    configuration_.drivers["good"].command = {FIXTURE_HOST, "good"};
    dialer_ = *MakeGrpcDialer(loop_, configuration_.coordinator, {});
  }
  v1::RunSpec Spec(const std::string& id, std::uint64_t duration_ms) {
    v1::RunSpec spec;
    spec.set_run_id(id);
    spec.mutable_target()->set_driver("good");
    spec.set_duration_ms(duration_ms);
    spec.mutable_scenario()->mutable_payments()->set_amount_sats(1);
    spec.mutable_pace()->set_interval_ms(5);
    spec.mutable_sampling()->set_interval_ms(50);
    return spec;
  }
  std::unique_ptr<Agent> MakeAgent() {
    return std::make_unique<Agent>(loop_, configuration_, *dialer_, Agent::Ports{nullptr, [this](bool) {
                                     finished_ = true;
                                     loop_.Stop();
                                   }});
  }
  void When(std::function<bool()> condition, std::function<void()> action) {
    loop_.RunAfter(absl::Milliseconds(5), [this, condition, action] {
      if (condition()) action();
      else When(condition, action);
    });
  }
  void RunLoop() {
    loop_.RunAfter(absl::Seconds(60), [this] { loop_.Stop(); });
    loop_.Run();
  }

  TempDirectory directory_ = *TempDirectory::Create("seep-agent-test");
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  Configuration configuration_;
  std::unique_ptr<LinkDialer> dialer_;
  bool finished_ = false;
};

TEST_F(AgentTest, RunsAnAssignmentDeliversEverySampleOnceAndDrains) {
  TinyCoordinator coordinator(configuration_.coordinator);
  coordinator.assignments = {Spec("r-1", 700)};
  auto agent = MakeAgent();
  ASSERT_OK(agent->Start());
  When([&] { return coordinator.Final(); }, [&] { agent->Drain("test over"); });
  RunLoop();
  ASSERT_TRUE(finished_);
  agent.reset();
  coordinator.Shutdown();
  absl::MutexLock lock(&coordinator.mutex);
  EXPECT_EQ(coordinator.statuses.back().state(), v1::RUN_STATE_FINISHED) << coordinator.statuses.back().reason();
  EXPECT_EQ(coordinator.sequences.size(), coordinator.statuses.back().last_sequence());
  EXPECT_EQ(*coordinator.sequences.rbegin(), coordinator.sequences.size()) << "without holes";
  EXPECT_EQ(coordinator.duplicates, 0);
  EXPECT_EQ(coordinator.bad_batches, 0);
  EXPECT_TRUE(coordinator.goodbye);
}

TEST_F(AgentTest, ACoordinatorThatComesLateOrAgainGetsEverything) {
  auto agent = MakeAgent();
  ASSERT_OK(agent->Start());  // nobody is there yet
  auto first = std::make_unique<TinyCoordinator>(configuration_.coordinator);
  first->assignments = {Spec("r-1", 1500)};
  std::unique_ptr<TinyCoordinator> second;
  const auto seen_some = [&] {
    absl::MutexLock lock(&first->mutex);
    return !first->sequences.empty();
  };
  When(seen_some, [&] {
    first->Shutdown();
    second = std::make_unique<TinyCoordinator>(configuration_.coordinator);
    When([&] {
      absl::MutexLock lock(&second->mutex);
      return !second->statuses.empty() && second->statuses.back().final();
    }, [&] { agent->Drain("over"); });
  });
  RunLoop();
  ASSERT_TRUE(finished_);
  agent.reset();
  second->Shutdown();
  std::set<std::uint64_t> all = first->sequences;
  all.insert(second->sequences.begin(), second->sequences.end());
  EXPECT_EQ(all.size(), second->statuses.back().last_sequence());
  EXPECT_EQ(second->statuses.back().generations_size(), 1) << "the SDK was not restarted";
}

TEST_F(AgentTest, DrainEndsARunGracefullyAndASecondForces) {
  TinyCoordinator coordinator(configuration_.coordinator);
  coordinator.assignments = {Spec("r-1", 600'000), Spec("r-2", 600'000)};
  auto agent = MakeAgent();
  ASSERT_OK(agent->Start());
  const auto running = [&] {
    absl::MutexLock lock(&coordinator.mutex);
    for (const auto& status : coordinator.statuses) {
      if (status.state() == v1::RUN_STATE_RUNNING) return true;
    }
    return false;
  };
  When(running, [&] {
    agent->Drain("SIGTERM");
    agent->Drain("SIGTERM again");
  });
  RunLoop();
  EXPECT_TRUE(finished_);
  agent.reset();
  coordinator.Shutdown();
  absl::MutexLock lock(&coordinator.mutex);
  bool refused = false;
  for (const auto& status : coordinator.statuses) {
    refused |= status.run_id() == "r-2" && status.reason().find("no free slot") != std::string::npos;
  }
  EXPECT_TRUE(refused) << "one slot";
}

TEST_F(AgentTest, TwoAgentsCannotShareAStateDirectory) {
  auto first = MakeAgent(), second = MakeAgent();
  ASSERT_OK(first->Start());
  EXPECT_THAT(second->Start(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--state-dir")));
}

}  // namespace
}  // namespace seep::agent
