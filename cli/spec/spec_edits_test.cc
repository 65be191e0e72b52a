#include "cli/spec/spec_edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/spec/yaml_text.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::seep::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Whole(const RunFlags& flags, const Environment& environment = {}) {
  const auto edits = WholeSpec(flags, environment);
  EXPECT_OK(edits);
  return edits.ok() ? ComposeYaml(*edits) : "";
}

TEST(WholeSpec, HasTheHarnesssDefaults) {
  EXPECT_EQ(Whole({}),
            "name: payments\n"
            "sdk:\n"
            "  driver: simulated-wallet\n"
            "duration: 1h\n"
            "pace:\n"
            "  interval: 5s\n"
            "sampling:\n"
            "  interval: 30s\n"
            "scenario:\n"
            "  payments:\n"
            "    amount: 1000\n"
            "    type: spark\n");
}

TEST(WholeSpec, TakesEachFlag) {
  RunFlags flags;
  flags.scenarios = {"payments"};
  flags.duration = "60s";
  flags.interval = "20ms";
  flags.mem_interval = "250ms";
  flags.amount = 7;
  flags.payment_type = "both";
  flags.reconnect_cycles = true;
  flags.listener_churn = true;
  flags.frequent_sync = true;
  flags.payment_history = true;
  flags.force_gc = true;
  flags.extra_instances = 2;
  flags.sdk_version = "0.15.1";
  flags.leaks = {"payment=4KiB"};
  flags.chaos_restarts = {"kill:10s-20s"};
  flags.labels = {"team=wallets"};
  flags.placement = {"zone=a"};
  flags.rules = {"memtest", "soak"};
  flags.stop_early = true;
  flags.seed = 9;
  EXPECT_EQ(Whole(flags),
            "name: payments-reconnect-listeners-history-sync-collect-garbage\n"
            "sdk:\n"
            "  driver: simulated-wallet\n"
            "  version: \"0.15.1\"\n"
            "  extra_instances: 2\n"
            "  leaks:\n"
            "    payment: 4KiB\n"
            "duration: 60s\n"
            "pace:\n"
            "  interval: 20ms\n"
            "sampling:\n"
            "  interval: 250ms\n"
            "labels:\n"
            "  team: wallets\n"
            "scenario:\n"
            "  payments:\n"
            "    amount: 7\n"
            "    type: both\n"
            "  reconnect:\n"
            "    every: 100\n"
            "  listener_churn: {}\n"
            "  history:\n"
            "    limit: 0\n"
            "    destroy_response: false\n"
            "  sync: {}\n"
            "  collect_garbage: {}\n"
            "seed: 9\n"
            "placement:\n"
            "  zone: a\n"
            "chaos: [{restart: kill, every: [10s, 20s]}]\n"
            "verdict:\n"
            "  stop_early: true\n"
            "  rules: [memtest, soak]\n");
}

TEST(WholeSpec, CountsLifecyclesWithoutPayments) {
  RunFlags flags;
  flags.lifecycles = 600;
  const std::string yaml = Whole(flags);
  EXPECT_THAT(yaml, HasSubstr("  lifecycle:\n    count: 600\n"));
  EXPECT_THAT(yaml, Not(HasSubstr("payments")));
}

TEST(WholeSpec, ReplacesThePauseByARate) {
  RunFlags flags;
  flags.rate = "10/s";
  EXPECT_THAT(Whole(flags), HasSubstr("pace: {rate: 10/s}\n"));
  flags.interval = "5s";
  EXPECT_THAT(WholeSpec(flags, {}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--interval")));
}

TEST(WholeSpec, ListsThresholdsAsTheyWereTyped) {
  RunFlags flags;
  flags.thresholds = {"p(99, payment)<250ms", "rss<400MiB abort_on_fail"};
  EXPECT_THAT(Whole(flags), HasSubstr("thresholds: [\"p(99, payment)<250ms\", \"rss<400MiB abort_on_fail\"]\n"));
}

TEST(WholeSpec, UsesThePublicFaucetOnlyBeyondThisMachine) {
  RunFlags flags;
  EXPECT_THAT(Whole(flags), Not(HasSubstr("faucet")));
  flags.network = "regtest";
  EXPECT_THAT(Whole(flags), HasSubstr("faucet:\n  url: \"https://api.lightspark.com/graphql/spark/rc\"\n"));
}

TEST(WholeSpec, NamesSecretsAndNeverHoldsThem) {
  const std::string seed(64, 'a'), other(64, 'b');
  const Environment environment({{"FAUCET_USERNAME", "bob"}, {"FAUCET_PASSWORD", "canary"}, {"ALICE_SEED", seed}, {"BOB_SEED", other}});
  const std::string yaml = Whole({}, environment);
  EXPECT_THAT(yaml, HasSubstr("username_ref: FAUCET_USERNAME\n  password_ref: FAUCET_PASSWORD\n"));
  EXPECT_THAT(yaml, HasSubstr("seed_refs: [ALICE_SEED, BOB_SEED]"));
  for (const std::string& secret : {std::string("canary"), std::string("bob"), seed, other}) EXPECT_THAT(yaml, Not(HasSubstr(secret)));
}

TEST(SecretsSet, WantsPairsAndNeverRepeatsAValue) {
  EXPECT_THAT(SecretsSet(Environment({{"FAUCET_USERNAME", "bob"}})), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("FAUCET_PASSWORD")));
  const auto bad = SecretsSet(Environment({{"ALICE_SEED", "canary"}, {"BOB_SEED", std::string(64, 'b')}}));
  EXPECT_THAT(bad, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ALICE_SEED must be 64")));
  EXPECT_THAT(std::string(bad.status().message()), Not(HasSubstr("canary")));
  EXPECT_THAT(*SecretsSet({}), IsEmpty());
}

TEST(EditsOfFlags, HoldsOnlyWhatWasGiven) {
  ASSERT_OK_AND_ASSIGN(const auto nothing, EditsOfFlags({}));
  EXPECT_THAT(nothing, IsEmpty());
  RunFlags flags;
  flags.spec = "spec.yaml";
  flags.duration = "10s";
  ASSERT_OK_AND_ASSIGN(const auto edits, EditsOfFlags(flags));
  ASSERT_EQ(edits.size(), 1U);
  EXPECT_EQ(edits[0].path, "duration");
  EXPECT_EQ(edits[0].value, "10s");
}

TEST(EditsOfFlags, NamesTheFlagThatIsWrong) {
  auto refused = [](void (*set)(RunFlags&)) {
    RunFlags flags;
    set(flags);
    const auto edits = EditsOfFlags(flags);
    EXPECT_THAT(edits, StatusIs(absl::StatusCode::kInvalidArgument));
    return std::string(edits.status().message());
  };
  EXPECT_THAT(refused([](RunFlags& f) { f.duration = "-5s"; }), HasSubstr("--duration"));
  EXPECT_THAT(refused([](RunFlags& f) { f.duration = "1e18"; }), HasSubstr("--duration"));
  EXPECT_THAT(refused([](RunFlags& f) { f.mem_interval = "NaN"; }), HasSubstr("--mem-interval"));
  EXPECT_THAT(refused([](RunFlags& f) { f.leaks = {"payment"}; }), HasSubstr("NAME=SIZE"));
  EXPECT_THAT(refused([](RunFlags& f) { f.leaks = {"payment=-4KiB"}; }), HasSubstr("--leak"));
  EXPECT_THAT(refused([](RunFlags& f) { f.leaks = {"a.b=4"}; }), HasSubstr("letters"));
  EXPECT_THAT(refused([](RunFlags& f) { f.scenarios = {"paymets"}; }), HasSubstr("did you mean 'payments'?"));
  EXPECT_THAT(refused([](RunFlags& f) { f.chaos_restarts = {"kil:10s"}; }), HasSubstr("did you mean 'kill'?"));
  EXPECT_THAT(refused([](RunFlags& f) { f.chaos_restarts = {"kill:10s-x"}; }), HasSubstr("kill:10s-20s"));
  EXPECT_THAT(refused([](RunFlags& f) { f.rate = "inf"; }), HasSubstr("--rate"));
  EXPECT_THAT(refused([](RunFlags& f) { f.labels = {"nothing"}; }), HasSubstr("KEY=VALUE"));
}

TEST(EditsOfFlags, GivesChaosSeedFoursIntervalByDefault) {
  RunFlags flags;
  flags.chaos_restarts = {"graceful", "terminate:1m"};
  ASSERT_OK_AND_ASSIGN(const auto edits, EditsOfFlags(flags));
  EXPECT_EQ(edits[0].value, "[{restart: graceful, every: [30s, 2m]}, {restart: terminate, every: [1m, 1m]}]");
}

TEST(DropIneffective, TakesOutWhatTheHarnessesIgnoreAndSaysSo) {
  RunFlags flags;
  flags.reconnect_every = 50;
  flags.destroy_responses = true;
  EXPECT_THAT(DropIneffective(flags), ElementsAre("--reconnect-every has no effect without --reconnect-cycles",
                                                  "--destroy-responses has no effect without --payment-history"));
  EXPECT_FALSE(flags.reconnect_every.has_value());
  EXPECT_FALSE(flags.destroy_responses);
  flags.reconnect_cycles = true;
  flags.reconnect_every = 50;
  EXPECT_THAT(DropIneffective(flags), IsEmpty());
}

TEST(MemtestEnvironment, FillsInWhatWasNotGiven) {
  const Environment environment({{"MEMTEST_DURATION_SECS", "1800"}, {"MEMTEST_PAYMENT_TYPE", "both"}, {"MEMTEST_RECONNECT_CYCLES", ""},
                                 {"MEMTEST_RECONNECT_EVERY", "50"}, {"MEMTEST_EXTRA_INSTANCES", "2"}, {"MEMTEST_FREQUENT_SYNC", "1"},
                                 {"MEMTEST_PAYMENT_HISTORY_QUERIES", "1"}, {"MEMTEST_PAYMENT_HISTORY_LIMIT", "10"},
                                 {"MEMTEST_CSV_FILE", "rust.csv"}});
  RunFlags flags;
  flags.duration = "5s";
  ASSERT_OK(ApplyMemtestEnvironment(environment, flags));
  EXPECT_EQ(flags.duration, "5s");  // the flag wins
  EXPECT_EQ(flags.payment_type, "both");
  EXPECT_TRUE(flags.reconnect_cycles && flags.frequent_sync && flags.payment_history);
  EXPECT_EQ(flags.reconnect_every, 50U);
  EXPECT_EQ(flags.payment_history_limit, 10U);
  EXPECT_EQ(flags.extra_instances, 2U);
  EXPECT_EQ(flags.csv, "rust.csv");
  EXPECT_EQ(flags.csv_layout, "rust-memtest");
  RunFlags other;
  EXPECT_THAT(ApplyMemtestEnvironment(Environment({{"MEMTEST_DURATION_SECS", "soon"}}), other),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("MEMTEST_DURATION_SECS")));
}

TEST(MemtestEnvironment, TakesTheRustHarnesssTenMinutesWhereItsVariablesSpeak) {
  RunFlags rust;
  ASSERT_OK(ApplyMemtestEnvironment(Environment({{"MEMTEST_FREQUENT_SYNC", "1"}}), rust));
  EXPECT_EQ(rust.duration, "600s");
  RunFlags go;
  ASSERT_OK(ApplyMemtestEnvironment(Environment(), go));
  EXPECT_FALSE(go.duration.has_value()) << "the Go harness's hour";
}

TEST(YamlString, QuotesWhatYamlWouldTakeForSomethingElse) {
  EXPECT_EQ(YamlString("payments"), "payments");
  EXPECT_EQ(YamlString("20ms"), "20ms");
  for (const char* text : {"true", "No", "~", "1e5", "0x1f", "12", "0.15.1", "a: b", "", "- x", "#"}) {
    EXPECT_EQ(YamlString(text), "\"" + std::string(text) + "\"");
  }
  EXPECT_EQ(YamlString("a\"b\n"), "\"a\\\"b\\x0a\"");
}

TEST(ParseSet, SplitsAtTheFirstEquals) {
  ASSERT_OK_AND_ASSIGN(const SpecEdit edit, ParseSet("sdk.settings.url=http://h/?a=b"));
  EXPECT_EQ(edit.path, "sdk.settings.url");
  EXPECT_EQ(edit.value, "http://h/?a=b");
  EXPECT_THAT(ParseSet("nothing"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("PATH=VALUE")));
  EXPECT_THAT(ParseSet("=x"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace seep::cli
