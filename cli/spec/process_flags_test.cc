#include "cli/spec/process_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/spec/run_flags.h"
#include "cli/spec/spec_edits.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::seep::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunFlags Process(std::vector<std::string> command) {
  RunFlags flags;
  flags.process.target = "process";
  flags.process.command = std::move(command);
  return flags;
}

std::string YamlOf(const RunFlags& flags) {
  const auto whole = WholeSpec(flags, Environment());
  return whole.ok() ? ComposeYaml(*whole) : std::string(whole.status().message());
}

TEST(SplitWords, SplitsAsAShellWithoutRunningAnything) {
  EXPECT_EQ(*SplitWords("redis-benchmark -p 6390  -t 'set get' \"a b\"c\\ d $(id) ; rm"),
            (std::vector<std::string>{"redis-benchmark", "-p", "6390", "-t", "set get", "a bc d", "$(id)", ";", "rm"}));
  EXPECT_THAT(SplitWords("say 'no end"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("never ends")));
}

TEST(ProcessTarget, TheSpecNamesTheCommandAndNeverHoldsIt) {
  RunFlags flags = Process({"redis-server", "--port", "6390"});
  flags.process.load = "redis-benchmark -l";
  flags.duration = "60s";
  const std::string yaml = YamlOf(flags);
  EXPECT_THAT(yaml, HasSubstr("process: redis-server"));
  EXPECT_THAT(yaml, HasSubstr("name: redis-benchmark"));
  EXPECT_THAT(yaml, HasSubstr("interval: 1000ms"));
  EXPECT_THAT(yaml, ::testing::Not(HasSubstr("6390")));
  EXPECT_THAT(yaml, ::testing::Not(HasSubstr("scenario")));
  EXPECT_THAT(yaml, ::testing::Not(HasSubstr("sdk")));
}

TEST(ProcessTarget, TheAgentGetsTheCommandAsAnEntry) {
  RunFlags flags = Process({"sh", "-c", "sleep 1"});
  flags.process.load = "./load.sh --fast";
  flags.process.environment = {"A=b", "HOME"};
  const Environment environment({{"PATH", "/nowhere:/bin"}, {"HOME", "/root"}});
  const auto missing = ProcessesOf(flags, environment, "/tmp");
  EXPECT_THAT(missing, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("./load.sh")));
  flags.process.load = "true";
  ASSERT_OK_AND_ASSIGN(const OwnProcesses own, ProcessesOf(flags, environment, "/tmp"));
  ASSERT_EQ(own.entries.size(), 2u);
  EXPECT_THAT(own.entries[0].command, ElementsAre("/bin/sh", "-c", "sleep 1"));
  EXPECT_EQ(own.entries[0].working_directory, "/tmp");
  EXPECT_TRUE(own.entries[1].is_load);
  EXPECT_EQ(own.environment.at("A"), "b");
  EXPECT_THAT(own.passed, ElementsAre("HOME"));
}

TEST(ProcessTarget, EntriesOfAFleetAreNamed) {
  RunFlags flags;
  flags.process.target = "process:redis";
  flags.process.load_entry = "bench";
  flags.process.load_ends = "repeat";
  flags.process.parameters = {"port=6400"};
  const std::string yaml = YamlOf(flags);
  EXPECT_THAT(yaml, HasSubstr("process: redis"));
  EXPECT_THAT(yaml, HasSubstr("when_it_ends: repeat"));
  EXPECT_THAT(yaml, HasSubstr("port: \"6400\""));
  ASSERT_OK_AND_ASSIGN(const OwnProcesses own, ProcessesOf(flags, Environment(), "/"));
  EXPECT_TRUE(own.entries.empty());
}

TEST(ProcessTarget, SaysWhatIsMissing) {
  EXPECT_THAT(YamlOf(Process({})), HasSubstr("behind --"));
  RunFlags flags;
  flags.process.target = "attach";
  EXPECT_THAT(YamlOf(flags), HasSubstr("--pid-file"));
  flags.process.target = "container";
  EXPECT_THAT(YamlOf(flags), HasSubstr("there are sdk, process and attach"));
  flags.process.target = "sdk";
  flags.process.load = "x";
  EXPECT_THAT(YamlOf(flags), HasSubstr("--load"));
  flags = Process({"sh"});
  flags.process.environment = {"LD_PRELOAD=/x"};
  EXPECT_THAT(ProcessesOf(flags, Environment({{"PATH", "/bin"}}), "/"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--env")));
}

TEST(Profiles, ArePartOfTheCampaign) {
  RunFlags flags;
  flags.pprof = true;
  flags.heap_dump = true;
  const std::string yaml = YamlOf(flags);
  EXPECT_THAT(yaml, HasSubstr("http://127.0.0.1:6060/debug/pprof/"));
  EXPECT_THAT(yaml, HasSubstr("heap_dump: true"));
}

}  // namespace
}  // namespace seep::cli
