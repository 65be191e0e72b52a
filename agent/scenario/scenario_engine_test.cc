#include "agent/scenario/scenario_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "agent/scenario/scenario_fixture.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

class ScenarioEngineTest : public ScenarioFixture {
 protected:
  ScenarioEngineTest() : ScenarioFixture(5000) {}

  v1::PaymentsScenario* Payments() {
    v1::PaymentsScenario* payments = plan_.spec.mutable_payments();
    payments->set_amount_sats(1000);
    payments->set_refill_below_sats(5000);
    payments->set_refill_amount_sats(50'000);
    return payments;
  }
  int Position(const std::string& entry) {
    return static_cast<int>(std::find(host_.log.begin(), host_.log.end(), entry) - host_.log.begin());
  }
};

TEST_F(ScenarioEngineTest, AWeekOfPaymentsKeepsTheMoneyAndTheListeners) {
  Payments();
  plan_.pace.set_interval_ms(30'000);
  host_.keep_log = false;
  Begin();
  loop_.Advance(absl::Hours(24 * 7));
  EXPECT_NEAR(static_cast<double>(counters_.payments), 24 * 7 * 120, 50);
  EXPECT_EQ(counters_.errors(), 0u);
  EXPECT_EQ(counters_.refills, 2u);
  EXPECT_EQ(host_.balances[plan_.alice.value] + host_.balances[plan_.bob.value], 100'000);
  EXPECT_EQ(counters_.listeners_expected, 2);
  End();
  EXPECT_TRUE(host_.instances.empty());
  EXPECT_EQ(counters_.listeners_expected, 0);
}

TEST_F(ScenarioEngineTest, BothAlternatesTypesInEachDirection) {
  Payments()->set_type(v1::PAYMENT_TYPE_BOTH);
  plan_.pace.set_interval_ms(1000);
  Begin();
  loop_.Advance(absl::Seconds(8));
  EXPECT_GE(counters_.payments, 4u);
  // alice→bob spark, bob→alice spark, alice→bob lightning, ...
  EXPECT_EQ(counters_.errors(), 0u);
}

TEST_F(ScenarioEngineTest, OneTickKeepsTheOrderOfTheSeeds) {
  Payments();
  plan_.spec.mutable_listener_churn()->set_count(5);
  plan_.spec.mutable_sync();
  plan_.spec.mutable_history();
  plan_.spec.mutable_collect_garbage();
  ASSERT_OK(SetUpScenario());
  host_.log.clear();
  running_ = true;
  Spawn(engine_->Run(), [this] { running_ = false; });
  loop_.Advance(absl::Seconds(4));
  EXPECT_LT(Position("add_listener alice-1"), Position("remove_listener alice-1"));
  EXPECT_LT(Position("remove_listener bob-1"), Position("sync alice-1"));
  EXPECT_LT(Position("sync bob-1"), Position("list_payments alice-1"));
  EXPECT_LT(Position("list_payments bob-1"), Position("collect_garbage "));
  EXPECT_LT(Position("collect_garbage "), Position("get_info alice-1"));
  EXPECT_LT(Position("get_info alice-1"), Position("prepare_send alice-1"));
  EXPECT_EQ(counters_.listener_changes, 20u);
  EXPECT_EQ(counters_.payments, 1u);
  EXPECT_EQ(host_.instances["alice-1"].listeners.size(), 1u) << "only the one of its own";
}

TEST_F(ScenarioEngineTest, ReconnectsEveryNPaymentsWithTheSameSeedAndDirectory) {
  Payments();
  plan_.spec.mutable_reconnect()->set_every_payments(3);
  plan_.spec.mutable_reconnect()->set_settle_ms(5000);
  plan_.extra_instances = 1;
  plan_.pace.set_interval_ms(1000);
  Begin();
  const auto first = host_.instances["alice-1"];
  EXPECT_EQ(host_.instances.size(), 4u);
  ASSERT_TRUE(loop_.RunUntil([&] { return counters_.reconnects == 4; }, absl::Minutes(1)));
  EXPECT_EQ(counters_.payments, 3u) << "a reconnecting tick pays nothing";
  EXPECT_EQ(host_.instances["alice-2"].seed, first.seed);
  EXPECT_EQ(host_.instances["alice-2"].directory, first.directory);
  EXPECT_NE(host_.instances["alice-extra1-2"].directory, first.directory);
  EXPECT_LT(Position("remove_listener alice-1"), Position("disconnect alice-1"));
  EXPECT_LT(Position("disconnect alice-1"), Position("destroy alice-1"));
  EXPECT_LT(Position("destroy alice-1"), Position("connect alice-2"));
  loop_.Advance(absl::Seconds(4));
  EXPECT_EQ(counters_.payments, 3u) << "settling";
  loop_.Advance(absl::Seconds(4));
  EXPECT_GT(counters_.payments, 3u);
  EXPECT_EQ(counters_.errors(), 0u);
}

TEST_F(ScenarioEngineTest, AFailedReconnectReplacesTheHandleAndNeverUsesTheDeadOne) {
  Payments();
  plan_.spec.mutable_reconnect()->set_every_payments(3);
  plan_.pace.set_interval_ms(1000);
  Begin();
  host_.fail["disconnect alice"] = {"network_error"};
  host_.fail["connect alice"] = {"network_error", "network_error"};
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(counters_.warnings, 1u);
  EXPECT_EQ(counters_.replacements, 1u);
  EXPECT_EQ(counters_.errors_by_kind().at("network_error"), 3u);
  EXPECT_EQ(host_.use_of_the_dead, 0);
  EXPECT_GT(counters_.payments, 20u) << "goes on";
}

TEST_F(ScenarioEngineTest, AnInstanceThatMissedADeadlineIsReplaced) {
  Payments();
  Begin();
  host_.fail["prepare_send alice"] = {"deadline_exceeded"};
  loop_.Advance(absl::Minutes(5));
  EXPECT_EQ(counters_.replacements, 1u);
  EXPECT_FALSE(host_.instances.contains("alice-1"));
  EXPECT_TRUE(host_.instances.contains("alice-2"));
  EXPECT_GT(counters_.payments, 40u);
}

TEST_F(ScenarioEngineTest, FailingOperationsCountByKindAndGoOn) {
  Payments();
  plan_.spec.mutable_sync();
  Begin();
  host_.fail["sync bob"] = {"sdk_error", "storage_error", "made Up-Kind!"};
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(counters_.errors(), 3u);
  EXPECT_EQ(counters_.errors_by_kind().at("made_up_kind_"), 1u);
  EXPECT_GT(counters_.payments, 8u);
}

TEST_F(ScenarioEngineTest, TheFaucetIsTriedThreeTimesWithBackOff) {
  Payments();
  host_.faucet_failures = 2;
  Begin();
  loop_.Advance(absl::Milliseconds(2900));
  EXPECT_EQ(counters_.payments, 0u) << "1 s and 2 s of back-off";
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(counters_.payments, 1u);
  EXPECT_EQ(counters_.errors_by_kind().at("faucet"), 2u);
}

TEST_F(ScenarioEngineTest, ARefillThatNeverArrivesIsAnErrorAndIsAskedForAgain) {
  Payments()->set_refill_timeout_ms(60'000);
  host_.faucet_pays = false;
  Begin();
  loop_.Advance(absl::Seconds(70));
  EXPECT_EQ(counters_.errors_by_kind().at("refill_timeout"), 1u);
  host_.faucet_pays = true;
  loop_.Advance(absl::Minutes(3));
  EXPECT_GT(counters_.payments, 5u);
}

TEST_F(ScenarioEngineTest, LifecyclesStopAtTheirCountAndEndTheScenario) {
  v1::LifecycleScenario* lifecycle = plan_.spec.mutable_lifecycle();
  lifecycle->set_count(100);
  lifecycle->set_concurrency(4);
  lifecycle->set_disconnect(true);
  lifecycle->set_fresh_directories(true);
  lifecycle->set_distinct_wallets(true);
  lifecycle->add_use("get_info");
  lifecycle->add_use("listeners");
  plan_.pace.set_interval_ms(0);
  Begin();
  EXPECT_TRUE(loop_.RunUntil([this] { return !running_; }, absl::Minutes(5)));
  EXPECT_EQ(counters_.lifecycles, 100u);
  EXPECT_EQ(host_.calls["connect"], 100);
  EXPECT_EQ(host_.calls["disconnect"], 100);
  EXPECT_EQ(host_.calls["destroy"], 100);
  EXPECT_TRUE(host_.instances.empty());
  EXPECT_EQ(counters_.errors(), 0u);
}

TEST_F(ScenarioEngineTest, AbandonedLifecyclesAreDestroyedWithoutDisconnect) {
  plan_.spec.mutable_lifecycle()->set_count(10);
  plan_.pace.set_interval_ms(0);
  Begin();
  EXPECT_TRUE(loop_.RunUntil([this] { return !running_; }, absl::Minutes(5)));
  EXPECT_EQ(host_.calls["disconnect"], 0);
  EXPECT_EQ(host_.calls["destroy"], 10);
}

TEST_F(ScenarioEngineTest, LifecyclesRunBesidePayments) {
  Payments();
  plan_.spec.mutable_lifecycle()->set_disconnect(true);
  plan_.pace.set_interval_ms(0);
  plan_.pace.set_rate_per_second(10);
  Begin();
  loop_.Advance(absl::Minutes(1));
  EXPECT_NEAR(static_cast<double>(counters_.payments), 600, 12);
  EXPECT_NEAR(static_cast<double>(counters_.lifecycles), 600, 12);
}

TEST_F(ScenarioEngineTest, ASecondRefillOfTheSameWalletArrives) {
  Payments();
  Begin();
  ASSERT_TRUE(loop_.RunUntil([&] { return counters_.refills == 2; }, absl::Minutes(5))) << "one for each side";
  for (int emptied = 0; emptied < 3; ++emptied) {
    host_.balances[plan_.alice.value] = 0;
    ASSERT_TRUE(loop_.RunUntil([&] { return counters_.refills == 3u + emptied; }, absl::Seconds(30)))
        << "the seeds' harness stalled for five minutes here";
  }
  EXPECT_FALSE(counters_.errors_by_kind().contains("refill_timeout"));
}

TEST_F(ScenarioEngineTest, TicksOfAnOpenLoopGoSideBySideButReconnectAlone) {
  Payments();
  plan_.spec.mutable_listener_churn()->set_count(3);
  plan_.spec.mutable_reconnect()->set_every_payments(50);
  plan_.spec.mutable_reconnect()->set_settle_ms(1000);
  plan_.pace.clear_interval_ms();
  plan_.pace.set_rate_per_second(50);
  plan_.pace.set_max_in_flight(8);
  plan_.pace.set_backlog(1000);
  Begin();
  loop_.Advance(absl::Minutes(2));
  EXPECT_EQ(counters_.errors(), 0u);
  EXPECT_EQ(counters_.replacements, 0u);
  EXPECT_EQ(host_.use_of_the_dead, 0) << "no tick uses what a reconnect takes away";
  // Settling for a second in every two or so, it catches up in between.
  EXPECT_NEAR(static_cast<double>(counters_.payments), 6000, 300);
  EXPECT_GE(counters_.reconnects, 150u);
  EXPECT_EQ(counters_.paces["ticks"].dropped, 0u);
  EXPECT_EQ(counters_.listeners_expected, 2);
}

TEST_F(ScenarioEngineTest, MeasuresCallsAndWhatTheyMakeUp) {
  Payments();
  v1::InvokeCall& invoke = *plan_.spec.mutable_invoke()->add_calls();
  invoke.set_operation("sign_message");
  plan_.pace.set_interval_ms(1000);
  Begin();
  host_.fail["prepare_send alice"] = {"network_error"};
  loop_.Advance(absl::Seconds(30));
  v1::Sample sample;
  counters_.times.WriteTo(sample);
  std::map<std::string, const v1::OperationDelta*> by_name;
  for (const v1::OperationDelta& delta : sample.operations()) by_name[delta.operation()] = &delta;
  for (const char* name : {"iteration", "payment", "connect", "send", "receive", "get_info", "add_listener", "invoke.sign_message"}) {
    EXPECT_TRUE(by_name.contains(name)) << name;
  }
  ASSERT_TRUE(by_name.contains("prepare_send") && by_name.contains("payment"));
  EXPECT_EQ(by_name["prepare_send"]->errors(0).kind(), "network_error");
  EXPECT_EQ(by_name["payment"]->errors(0).count(), 1u);
  // A payment takes as long as its calls, and no longer for the refill before the first.
  EXPECT_LT(by_name["payment"]->latency().max_us(), 1'000'000u);
  EXPECT_GE(by_name["payment"]->latency().max_us(), by_name["send"]->latency().min_us());
}

TEST_F(ScenarioEngineTest, RefusesAScenarioThatTheHostCannotDo) {
  Payments();
  host_.lacks = {"payments"};
  EXPECT_THAT(SetUpScenario(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("payments")));
}

TEST_F(ScenarioEngineTest, GivesUpWhenConnectingKeepsFailingAndNamesTheError) {
  Payments();
  host_.fail["connect bob"] = std::vector<std::string>(9, "network_error");
  EXPECT_THAT(SetUpScenario(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("connect bob: network_error")));
  EXPECT_EQ(host_.calls["connect"], 6) << "alice once, bob five times";
  for (const std::string& note : notes_) EXPECT_THAT(note, ::testing::Not(HasSubstr(plan_.bob.value)));
}

TEST(WalletSecrets, AreDrawnFromTheSeedAndTheSameEverywhere) {
  EXPECT_EQ(DrawWalletSecret(1, "alice").value, DrawWalletSecret(1, "alice").value);
  EXPECT_NE(DrawWalletSecret(1, "alice").value, DrawWalletSecret(1, "bob").value);
  EXPECT_NE(DrawWalletSecret(1, "alice").value, DrawWalletSecret(2, "alice").value);
  EXPECT_EQ(DrawWalletSecret(1, "alice").value.size(), 64u);
}

TEST(WalletSecrets, AreHexOrWords) {
  EXPECT_OK(ReadWalletSecret(std::string(64, 'A') + "\n"));
  ASSERT_OK_AND_ASSIGN(const WalletSecret words, ReadWalletSecret("a b c d e f g h i j k l"));
  EXPECT_TRUE(words.mnemonic);
  EXPECT_THAT(ReadWalletSecret("hunter2"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace seep::agent
