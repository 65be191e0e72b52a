// What a campaign may ask of a scenario beyond the seeds' flags.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "coordinator/campaign/campaign_parser.h"

namespace seep::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StatusIs;

absl::StatusOr<ParsedCampaign> Parse(std::string_view scenario) {
  return ParseCampaign({absl::StrCat("name: n\nsdk: {driver: d}\nscenario:\n", std::string(scenario)), "c.yaml", {}}, 7);
}
v1::ScenarioSpec Scenario(std::string_view scenario) {
  const auto parsed = Parse(scenario);
  EXPECT_OK(parsed);
  return parsed.ok() ? parsed->runs.at(0).spec.scenario() : v1::ScenarioSpec();
}

TEST(ScenarioSection, ReadsFailures) {
  const v1::ScenarioSpec some = Scenario("  failures: {kinds: [bad_input, network_down], every: 10}\n");
  EXPECT_THAT(some.failures().kinds(), ElementsAre("bad_input", "network_down"));
  EXPECT_EQ(some.failures().every(), 10u);
  const v1::ScenarioSpec all = Scenario("  failures: {}\n");
  EXPECT_EQ(all.failures().kinds_size(), 0) << "all that the host can";
  EXPECT_EQ(all.failures().every(), 1u);
  EXPECT_THAT(Parse("  failures: {kinds: [bad_inputs]}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("did you mean bad_input?")));
}

TEST(ScenarioSection, WhatAMixDrawsIsOnlySettledByItsSection) {
  const v1::ScenarioSpec bare = Scenario(
      "  mix: [{operation: reconnect}, {operation: listener_churn}, {operation: lifecycle}, {operation: connect_cancel}]\n");
  EXPECT_TRUE(bare.reconnect().idle());
  EXPECT_EQ(bare.reconnect().settle_ms(), 0u);
  EXPECT_TRUE(bare.listener_churn().idle());
  EXPECT_EQ(bare.listener_churn().count(), 5u);
  EXPECT_TRUE(bare.lifecycle().idle());
  EXPECT_TRUE(bare.lifecycle().disconnect());
  const v1::ScenarioSpec told = Scenario(
      "  reconnect: {settle: 2s}\n  lifecycle: {fresh_directories: true}\n  listener_churn: {count: 2}\n"
      "  mix: [{operation: reconnect}, {operation: lifecycle, weight: 3}, {operation: listener_churn}]\n");
  EXPECT_TRUE(told.reconnect().idle());
  EXPECT_EQ(told.reconnect().settle_ms(), 2000u);
  EXPECT_TRUE(told.lifecycle().fresh_directories());
  EXPECT_EQ(told.listener_churn().count(), 2u);
  EXPECT_FALSE(Scenario("  reconnect: {}\n  mix: [{operation: sync}]\n").reconnect().idle());
  EXPECT_THAT(Parse("  lifecycle: {count: 5}\n  mix: [{operation: lifecycle}]\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has a count")));
  EXPECT_THAT(Parse("  concurrent: {operations: [reconnect]}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("unknown operation")));
  EXPECT_THAT(Parse("  mix: [{operation: reconnects}]\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("did you mean reconnect?")));
}

TEST(ScenarioSection, ReadsConnectCancel) {
  const v1::ScenarioSpec drawn = Scenario("  connect_cancel: {deadline: [1ms, 20ms], count: 5}\n");
  EXPECT_EQ(drawn.connect_cancel().deadline_ms(), 1u);
  EXPECT_EQ(drawn.connect_cancel().deadline_max_ms(), 20u);
  EXPECT_EQ(drawn.connect_cancel().count(), 5u);
  const v1::ScenarioSpec fixed = Scenario("  connect_cancel: {deadline: 3ms}\n");
  EXPECT_EQ(fixed.connect_cancel().deadline_ms(), 3u);
  EXPECT_EQ(fixed.connect_cancel().deadline_max_ms(), 3u);
  EXPECT_THAT(Parse("  connect_cancel: {deadline: [20ms, 1ms]}\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("swap them")));
  EXPECT_THAT(Parse("  connect_cancel: {deadline: 0s}\n"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ScenarioSection, ReadsConcurrentCallers) {
  const v1::ScenarioSpec spec = Scenario("  concurrent: {callers: 16, operations: [get_info, sync]}\n");
  EXPECT_EQ(spec.concurrent().callers(), 16u);
  EXPECT_THAT(spec.concurrent().operations(), ElementsAre("get_info", "sync"));
  EXPECT_THAT(Parse("  concurrent: {callers: 65}\n"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ScenarioSection, ReadsInvokeWithItsArguments) {
  const v1::ScenarioSpec spec =
      Scenario("  invoke:\n    - {operation: sign_message, arguments: {message: hello, compact: true, n: 3}}\n"
               "    - {operation: print, on: host}\n");
  ASSERT_EQ(spec.invoke().calls_size(), 2);
  EXPECT_EQ(spec.invoke().calls(0).arguments_json(), R"({"message":"hello","compact":true,"n":3})");
  EXPECT_FALSE(spec.invoke().calls(0).on_host());
  EXPECT_TRUE(spec.invoke().calls(1).on_host());
  EXPECT_THAT(Parse("  invoke: [{arguments: {}}]\n"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("operation")));
  EXPECT_THAT(Parse("  invoke: []\n"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("list")));
  EXPECT_THAT(Parse("  invoke: [{operation: x, arguments: [1]}]\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("must be a map")));
}

TEST(ScenarioSection, ReadsAMixAsAListOrWithItsCount) {
  const v1::ScenarioSpec list = Scenario("  mix:\n    - {operation: payment, weight: 5}\n    - {operation: sync}\n"
                                         "    - {invoke: {operation: sign_message}, weight: 2}\n");
  ASSERT_EQ(list.mix().entries_size(), 3);
  EXPECT_EQ(list.mix().per_tick(), 1u);
  EXPECT_EQ(list.mix().entries(0).weight(), 5u);
  EXPECT_EQ(list.mix().entries(1).weight(), 1u);
  EXPECT_EQ(list.mix().entries(2).operation(), "invoke");
  EXPECT_EQ(list.mix().entries(2).invoke().operation(), "sign_message");
  EXPECT_EQ(Scenario("  mix: {per_tick: 4, operations: [{operation: sync}]}\n").mix().per_tick(), 4u);
  EXPECT_THAT(Parse("  mix: [{operation: paymnt}]\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("did you mean payment?")));
  EXPECT_THAT(Parse("  mix: [{operation: sync, weight: 0}]\n"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ScenarioSection, LimitsTheOperationsThatCountOnTheirOwn) {
  std::string yaml = "  mix:\n";
  for (int i = 0; i < 17; ++i) absl::StrAppend(&yaml, "    - {invoke: {operation: o", i, "}}\n");
  EXPECT_THAT(Parse(yaml), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("more than 16")));
}

TEST(ScenarioSection, PaymentsOfAMixOrAPrefillAreNotMadeEachTickAsWell) {
  const v1::ScenarioSpec mixed = Scenario("  payments: {amount: 7}\n  mix: [{operation: payment}]\n");
  EXPECT_TRUE(mixed.payments().idle());
  EXPECT_EQ(mixed.payments().amount_sats(), 7u);
  const v1::ScenarioSpec filled = Scenario("  history: {prefill: 500}\n");
  EXPECT_EQ(filled.history().prefill(), 500u);
  EXPECT_TRUE(filled.payments().idle());
  EXPECT_EQ(filled.payments().refill_below_sats(), 5000u) << "as if it had been written";
  EXPECT_FALSE(Scenario("  payments: {}\n  history: {prefill: 500}\n").payments().idle());
  EXPECT_FALSE(Scenario("  payments: {}\n  mix: [{operation: sync}]\n").payments().idle());
}

TEST(ScenarioSection, ReadsLifecyclesListenerThatCapturesAndSharedContext) {
  EXPECT_THAT(Scenario("  lifecycle: {use: [capturing_listener]}\n").lifecycle().use(), ElementsAre("capturing_listener"));
  const auto parsed = ParseCampaign({"name: n\nsdk: {driver: d, shared_context: true}\nscenario: {sync: {}}\n", "c.yaml", {}}, 7);
  ASSERT_OK(parsed);
  EXPECT_TRUE(parsed->runs.at(0).spec.target().shared_context());
}

}  // namespace
}  // namespace seep::coordinator
