#include "cli/arguments/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Invocation Parsed(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  const ParsedCommandLine parsed = ParseCommandLine(arguments, environment);
  EXPECT_TRUE(parsed.invocation.has_value()) << parsed.text;
  return parsed.invocation.value_or(Invocation());
}

std::string Refused(const std::vector<std::string>& arguments) {
  const ParsedCommandLine parsed = ParseCommandLine(arguments, {});
  EXPECT_FALSE(parsed.invocation.has_value());
  EXPECT_FALSE(parsed.is_help);
  return parsed.text;
}

TEST(CommandLine, TakesTheHarnesssFlags) {
  const Invocation i = Parsed({"run", "--duration", "30m", "--interval=20ms", "--mem-interval", "250ms", "--amount", "7",
                               "--payment-type", "both", "--reconnect-cycles", "--reconnect-every", "50", "--listener-churn",
                               "--frequent-sync", "--payment-history", "--payment-history-limit", "9", "--destroy-responses",
                               "--force-gc", "--extra-instances", "2", "--csv", "out.csv", "--faucet-url", "http://f/"});
  EXPECT_EQ(i.command, "run");
  EXPECT_EQ(i.run.duration, "30m");
  EXPECT_EQ(i.run.interval, "20ms");
  EXPECT_EQ(i.run.amount, 7U);
  EXPECT_EQ(i.run.reconnect_every, 50U);
  EXPECT_TRUE(i.run.reconnect_cycles && i.run.listener_churn && i.run.frequent_sync && i.run.payment_history &&
              i.run.destroy_responses && i.run.force_gc);
  EXPECT_EQ(i.run.extra_instances, 2U);
  EXPECT_EQ(i.run.csv, "out.csv");
}

TEST(CommandLine, TakesThemWithOneDashAsTheGoHarnessDid) {
  const Invocation i = Parsed({"run", "-duration", "30m", "-csv=out.csv", "-reconnect-cycles"});
  EXPECT_EQ(i.run.duration, "30m");
  EXPECT_EQ(i.run.csv, "out.csv");
  EXPECT_TRUE(i.run.reconnect_cycles);
}

TEST(CommandLine, RepeatsListsWithoutSwallowingTheSpec) {
  const Invocation i = Parsed({"run", "--leak", "payment=4KiB", "--set", "a=1", "spec.yaml", "--leak", "fd=1"});
  EXPECT_EQ(i.run.spec, "spec.yaml");
  EXPECT_THAT(i.run.leaks, ElementsAre("payment=4KiB", "fd=1"));
  EXPECT_THAT(i.run.set, ElementsAre("a=1"));
}

TEST(CommandLine, TakesGlobalFlagsAnywhere) {
  EXPECT_EQ(Parsed({"--server", "h:1", "runs", "ls"}).server, "h:1");
  EXPECT_EQ(Parsed({"runs", "ls", "--server", "h:1"}).server, "h:1");
  EXPECT_EQ(Parsed({"runs", "ls"}, Environment({{"SEEP_SERVER", "e:2"}})).server, "e:2");
  EXPECT_EQ(Parsed({"runs", "ls", "--server", "h:1"}, Environment({{"SEEP_SERVER", "e:2"}})).server, "h:1");
  EXPECT_EQ(Parsed({"report", "r-1", "-o", "json"}).format, Format::kJson);
}

TEST(CommandLine, NamesEachCommand) {
  for (const auto& [words, command] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"demo"}, "demo"}, {{"validate", "f"}, "validate"}, {{"campaign", "submit", "f"}, "campaign submit"},
           {{"campaign", "cancel", "c-1"}, "campaign cancel"}, {{"runs", "watch", "r-1"}, "runs watch"},
           {{"export", "r-1"}, "export"}, {{"query", "SELECT 1"}, "query"}, {{"agents", "ls"}, "agents ls"},
           {{"chaos", "ls"}, "chaos ls"}, {{"version"}, "version"}}) {
    EXPECT_EQ(Parsed(words).command, command);
  }
}

TEST(CommandLine, SuggestsTheNearestWord) {
  EXPECT_THAT(Refused({"rnu"}), HasSubstr("did you mean 'run'?"));
  EXPECT_THAT(Refused({"runs", "lst"}), HasSubstr("did you mean 'ls'?"));
  EXPECT_THAT(Refused({"run", "--duratoin", "5s"}), HasSubstr("did you mean '--duration'?"));
  EXPECT_THAT(Refused({"runs", "ls", "--sever", "x"}), HasSubstr("did you mean '--server'?"));
}

TEST(CommandLine, RefusesWhatIsNoNumber) {
  for (const char* amount : {"-1", "1.5", "abc", "1e18", "nan", "99999999999999999999999"}) {
    EXPECT_THAT(Refused({"run", "--amount", amount}), HasSubstr("amount")) << amount;
  }
}

TEST(CommandLine, RefusesMissingPartsAndUnknownFormats) {
  Refused({});
  EXPECT_THAT(Refused({"report"}), HasSubstr("run"));
  EXPECT_THAT(Refused({"runs", "ls", "-o", "xml"}), HasSubstr("jsonl"));
  EXPECT_THAT(Refused({"version", "extra"}), HasSubstr("unexpected argument 'extra'"));
}

TEST(CommandLine, HelpIsNoError) {
  const ParsedCommandLine parsed = ParseCommandLine({"run", "--help"}, {});
  EXPECT_TRUE(parsed.is_help);
  EXPECT_THAT(parsed.text, HasSubstr("--mem-interval"));
}

}  // namespace
}  // namespace seep::cli
