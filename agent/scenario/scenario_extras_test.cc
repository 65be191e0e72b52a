// Scenarios beyond those of the seeds: failures on purpose, connects given up,
// callers side by side, invoke, mixes, large histories, shared contexts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/scenario/scenario_fixture.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

class ScenarioExtrasTest : public ScenarioFixture {
 protected:
  ScenarioExtrasTest() : ScenarioFixture(1000) {
    host_.balances[plan_.alice.value] = host_.balances[plan_.bob.value] = 1'000'000;
  }
  ~ScenarioExtrasTest() override { End(); }

  void IdlePayments() {
    plan_.spec.mutable_payments()->set_idle(true);
    plan_.spec.mutable_payments()->set_amount_sats(10);
  }
  void RunFor(absl::Duration time) {
    ASSERT_NO_FATAL_FAILURE(Begin());
    loop_.Advance(time);
  }
  // Here every scenario must leave nothing behind.
  void End() {
    if (!engine_) return;
    ScenarioFixture::End();
    EXPECT_TRUE(host_.instances.empty()) << "left behind: " << host_.instances.begin()->first;
  }
  int CountOf(const std::string& entry) { return static_cast<int>(std::count(host_.log.begin(), host_.log.end(), entry)); }
};

TEST_F(ScenarioExtrasTest, EachKindOfFailureCountsAndIsNoError) {
  for (const char* kind : {"bad_input", "insufficient_funds", "network_down", "bad_connect"}) {
    plan_.spec.mutable_failures()->add_kinds(kind);
  }
  plan_.spec.mutable_failures()->set_every(2);
  RunFor(absl::Seconds(20));
  for (const char* kind : {"bad_input", "insufficient_funds", "network_down", "bad_connect"}) {
    EXPECT_NEAR(static_cast<double>(counters_.failures[kind]), 10, 1) << kind;
  }
  EXPECT_EQ(counters_.errors(), 0u);
  EXPECT_EQ(CountOf("connect cut-off-1"), 1) << "one instance without a network serves all";
  const auto values = counters_.Values();
  const auto found = std::find_if(values.begin(), values.end(), [](const auto& v) { return v.name == "failures.bad_input"; });
  ASSERT_NE(found, values.end());
  EXPECT_TRUE(found->operation) << "a rate may divide by it";
}

TEST_F(ScenarioExtrasTest, AFailureThatSucceedsIsTheError) {
  plan_.spec.mutable_failures()->add_kinds("bad_input");
  host_.refuses_bad_input = false;
  RunFor(absl::Seconds(5));
  EXPECT_TRUE(counters_.failures.empty());
  EXPECT_GE(counters_.errors_by_kind().at("failure_succeeded"), 4u);
}

TEST_F(ScenarioExtrasTest, AMissedDeadlineIsNoFailureOnPurpose) {
  plan_.spec.mutable_failures()->add_kinds("bad_input");
  host_.fail["parse alice"] = {"deadline_exceeded"};
  RunFor(absl::Minutes(2));
  EXPECT_EQ(counters_.errors_by_kind().at("deadline_exceeded"), 1u);
  EXPECT_EQ(counters_.replacements, 1u);
  EXPECT_GT(counters_.failures["bad_input"], 50u);
}

TEST_F(ScenarioExtrasTest, WithoutKindsAllThatTheHostCan) {
  plan_.spec.mutable_failures();
  host_.lacks = {"network_down", "payments"};
  RunFor(absl::Seconds(5));
  EXPECT_EQ(counters_.failures.size(), 2u);
  EXPECT_EQ(counters_.errors(), 0u);
}

TEST_F(ScenarioExtrasTest, ConnectsAreGivenUpAndTheQuickOnesTakenDown) {
  auto& cancel = *plan_.spec.mutable_connect_cancel();
  cancel.set_deadline_ms(1);
  cancel.set_deadline_max_ms(20);
  cancel.set_count(3);
  RunFor(absl::Milliseconds(29'900));
  EXPECT_GT(counters_.cancelled_connects, 20u);
  EXPECT_GT(counters_.late_cancels, 20u);
  EXPECT_EQ(counters_.errors(), 0u);
  EXPECT_EQ(counters_.cancelled_connects + counters_.late_cancels, static_cast<unsigned>(host_.calls["connect"]) - 2);
}

TEST_F(ScenarioExtrasTest, CallersOnOneInstanceDoNotWaitForEachOther) {
  auto& concurrent = *plan_.spec.mutable_concurrent();
  concurrent.set_callers(16);
  concurrent.add_operations("get_info");
  concurrent.add_operations("list_payments");
  RunFor(absl::Milliseconds(500));
  // One after the other they would take 16 ms; the next tick comes after a second.
  EXPECT_EQ(counters_.info_queries, 8u);
  EXPECT_EQ(counters_.history_queries, 8u);
  const auto first = std::find(host_.log.begin(), host_.log.end(), "get_info alice-1");
  ASSERT_GE(host_.log.end() - first, 16);
  EXPECT_TRUE(std::all_of(first, first + 16, [](const std::string& entry) { return entry.ends_with(" alice-1"); }));
}

TEST_F(ScenarioExtrasTest, InvokesTheSdksOwnOperationsOnInstanceAndHost) {
  auto& invoke = *plan_.spec.mutable_invoke();
  v1::InvokeCall& sign = *invoke.add_calls();
  sign.set_operation("sign_message");
  sign.set_arguments_json("{\"message\":\"hello\"}");
  v1::InvokeCall& print = *invoke.add_calls();
  print.set_operation("print");
  print.set_on_host(true);
  RunFor(absl::Seconds(10));
  EXPECT_NEAR(static_cast<double>(counters_.invokes["sign_message"]), 10, 1);
  EXPECT_EQ(counters_.invokes["print"], counters_.invokes["sign_message"]);
  EXPECT_EQ(CountOf("invoke "), static_cast<int>(counters_.invokes["print"]));
}

TEST_F(ScenarioExtrasTest, AMixDrawsByWeightAndTheSameEachTime) {
  const auto play = [this] {
    counters_ = ScenarioCounters();
    IdlePayments();
    plan_.spec.clear_mix();
    auto& mix = *plan_.spec.mutable_mix();
    mix.set_per_tick(10);
    for (const auto& [operation, weight] : {std::pair("payment", 5), std::pair("get_info", 3), std::pair("bad_input", 2)}) {
      v1::MixEntry& entry = *mix.add_entries();
      entry.set_operation(operation);
      entry.set_weight(static_cast<std::uint32_t>(weight));
    }
    host_.log.clear();
    RunFor(absl::Milliseconds(99'500));
    End();
    return std::tuple(counters_.payments, counters_.info_queries, counters_.failures["bad_input"]);
  };
  const auto first = play();
  const auto& [payments, queries, failures] = first;
  EXPECT_EQ(payments + queries + failures, 1000u);
  EXPECT_NEAR(static_cast<double>(payments), 500, 60);
  EXPECT_NEAR(static_cast<double>(queries), 300, 60);
  EXPECT_NEAR(static_cast<double>(failures), 200, 60);
  EXPECT_EQ(play(), first);
}

TEST_F(ScenarioExtrasTest, AMixDrawsReconnectsChurnAndLifecyclesToo) {
  const auto play = [this] {
    counters_ = ScenarioCounters();
    IdlePayments();
    plan_.spec.mutable_reconnect()->set_idle(true);
    plan_.spec.mutable_listener_churn()->set_idle(true);
    plan_.spec.mutable_listener_churn()->set_count(3);
    plan_.spec.mutable_lifecycle()->set_idle(true);
    plan_.spec.mutable_lifecycle()->set_disconnect(true);
    plan_.spec.clear_mix();
    auto& mix = *plan_.spec.mutable_mix();
    mix.set_per_tick(10);
    for (const auto& [operation, weight] :
         {std::pair("payment", 4), std::pair("reconnect", 2), std::pair("listener_churn", 1), std::pair("lifecycle", 3)}) {
      v1::MixEntry& entry = *mix.add_entries();
      entry.set_operation(operation);
      entry.set_weight(static_cast<std::uint32_t>(weight));
    }
    RunFor(absl::Milliseconds(99'500));
    End();
    return std::tuple(counters_.payments, counters_.reconnects, counters_.listener_changes, counters_.lifecycles);
  };
  const auto first = play();
  const auto& [payments, reconnects, changes, lifecycles] = first;
  EXPECT_EQ(changes % 12, 0u) << "three added and removed on either side";
  EXPECT_EQ(payments + reconnects + changes / 12 + lifecycles, 1000u);
  EXPECT_NEAR(static_cast<double>(payments), 400, 60);
  EXPECT_NEAR(static_cast<double>(reconnects), 200, 50) << "one instance each";
  EXPECT_NEAR(static_cast<double>(changes) / 12, 100, 40);
  EXPECT_NEAR(static_cast<double>(lifecycles), 300, 60);
  EXPECT_EQ(counters_.errors(), 0u);
  EXPECT_EQ(play(), first);
}

TEST_F(ScenarioExtrasTest, ADrawnReconnectWaitsUntilItIsAlone) {
  plan_.pace.clear_interval_ms();
  plan_.pace.set_rate_per_second(200);
  plan_.pace.set_max_in_flight(16);
  plan_.pace.set_backlog(100);
  plan_.spec.mutable_reconnect()->set_idle(true);
  for (const auto& [operation, weight] : {std::pair("get_info", 9), std::pair("reconnect", 1)}) {
    v1::MixEntry& entry = *plan_.spec.mutable_mix()->add_entries();
    entry.set_operation(operation);
    entry.set_weight(static_cast<std::uint32_t>(weight));
  }
  RunFor(absl::Seconds(10));
  End();
  EXPECT_GT(counters_.reconnects, 100u);
  EXPECT_EQ(counters_.errors(), 0u) << "no call met an instance that was being reconnected";
}

TEST_F(ScenarioExtrasTest, ALargeHistoryIsPaidForBeforeTheFirstTickAndOnce) {
  IdlePayments();
  plan_.spec.mutable_history()->set_prefill(200);
  ASSERT_OK(SetUpScenario());
  EXPECT_EQ(counters_.prefilled, 200u);
  EXPECT_EQ(counters_.payments, 0u) << "they are no load";
  EXPECT_EQ(host_.calls["send"], 200);
  End();
  RunFor(absl::Seconds(5));  // the generation after a restart
  EXPECT_EQ(host_.calls["send"], 200);
  EXPECT_GE(counters_.history_queries, 8u);
}

TEST_F(ScenarioExtrasTest, AHistoryThatCannotBePaidForIsSaid) {
  IdlePayments();
  plan_.spec.mutable_history()->set_prefill(10);
  host_.fail["prepare_send alice"] = host_.fail["prepare_send bob"] = std::vector<std::string>(9, "network_error");
  EXPECT_THAT(SetUpScenario(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("history.prefill")));
}

TEST_F(ScenarioExtrasTest, InstancesShareAContextWhereTheHostHasOne) {
  plan_.shared_context = true;
  plan_.spec.mutable_sync();
  plan_.extra_instances = 1;
  ASSERT_OK(SetUpScenario());
  ASSERT_EQ(host_.instances.size(), 4u);
  for (const auto& [name, instance] : host_.instances) EXPECT_EQ(instance.context, "shared") << name;
  End();
  host_.lacks = {"shared_context"};
  EXPECT_THAT(SetUpScenario(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("shared_context")));
}

TEST_F(ScenarioExtrasTest, ACapturingListenerIsNeverRemoved) {
  auto& lifecycle = *plan_.spec.mutable_lifecycle();
  lifecycle.set_count(10);
  lifecycle.set_disconnect(true);
  lifecycle.add_use("capturing_listener");
  RunFor(absl::Minutes(1));
  EXPECT_EQ(counters_.lifecycles, 10u);
  EXPECT_EQ(host_.calls["add_listener"], 10);
  EXPECT_EQ(host_.calls["remove_listener"], 0);
  EXPECT_EQ(counters_.listener_changes, 0u) << "one leak, one operation to blame";
}

TEST_F(ScenarioExtrasTest, LifecyclesReuseOrChangeDirectoriesAndWallets) {
  auto& lifecycle = *plan_.spec.mutable_lifecycle();
  lifecycle.set_disconnect(true);
  const auto live = [&](bool fresh, bool distinct) {
    counters_ = ScenarioCounters();
    host_.lived.clear();
    lifecycle.set_count(5);
    lifecycle.set_fresh_directories(fresh);
    lifecycle.set_distinct_wallets(distinct);
    RunFor(absl::Minutes(1));
    End();
    std::set<std::string> seeds, directories;
    for (const auto& instance : host_.lived) {
      seeds.insert(instance.seed);
      directories.insert(instance.directory);
    }
    return std::pair(directories.size(), seeds.size());
  };
  EXPECT_EQ(live(false, false), std::pair(std::size_t{1}, std::size_t{1}));
  EXPECT_EQ(live(true, false), std::pair(std::size_t{5}, std::size_t{1}));
  EXPECT_EQ(live(false, true), std::pair(std::size_t{1}, std::size_t{5}));
  EXPECT_EQ(live(true, true), std::pair(std::size_t{5}, std::size_t{5}));
}

TEST_F(ScenarioExtrasTest, OperationsThatTheHostLacksAreRefused) {
  v1::MixEntry& entry = *plan_.spec.mutable_mix()->add_entries();
  entry.set_operation("parse");
  host_.lacks = {"parse"};
  EXPECT_THAT(SetUpScenario(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("mix (parse)")));
  entry.set_operation("prase");
  EXPECT_THAT(SetUpScenario(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("prase")));
}

}  // namespace
}  // namespace seep::agent
