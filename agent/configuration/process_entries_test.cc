#include "agent/configuration/process_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/configuration/configuration.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProcessEntriesTest : public ::testing::Test {
 protected:
  absl::Status Read(const std::string& yaml) {
    EXPECT_OK(WriteFileAtomically(file_, yaml));
    return ReadDrivers(file_, configuration_);
  }
  TempDirectory directory_ = *TempDirectory::Create("seep-entries-test");
  std::string file_ = directory_.path() + "/entries.yaml";
  Configuration configuration_;
};

TEST_F(ProcessEntriesTest, ReadsTargetsLoadsAndEndpoints) {
  ASSERT_OK(Read(R"(
targets:
  redis:
    command: [/usr/bin/redis-server, --port, "{port}"]
    parameters: {port: {default: "6390", pattern: "[0-9]{4,5}"}}
    spec_environment: [TZ]
    ready: "127.0.0.1:{port}"
  nginx:
    attach: {pid_file: /run/nginx.pid, may_kill: true}
loads:
  bench: {command: [/usr/bin/redis-benchmark, -l]}
endpoints: ["http://10.0.0.5:9090/"]
)"));
  const ProcessTarget& redis = configuration_.targets.at("redis");
  EXPECT_THAT(redis.start.command, ElementsAre("/usr/bin/redis-server", "--port", "{port}"));
  EXPECT_EQ(*redis.start.parameters.at("port").otherwise, "6390");
  EXPECT_TRUE(configuration_.targets.at("nginx").attach->may_kill);
  EXPECT_THAT(configuration_.loads.at("bench").command, ElementsAre("/usr/bin/redis-benchmark", "-l"));
  EXPECT_THAT(configuration_.endpoints, ElementsAre("http://10.0.0.5:9090/"));
}

TEST_F(ProcessEntriesTest, RefusesWhatIsHalfSaidOrDangerous) {
  for (const auto& [yaml, what] : std::initializer_list<std::pair<const char*, const char*>>{
           {"targets: {a: {command: [redis-server]}}", "absolute path"},
           {"targets: {a: {}}", "either a command or attach"},
           {"targets: {a: {command: [/bin/a], attach: {unit: a.service}}}", "either a command or attach"},
           {"targets: {a: {attach: {unit: a.service, pid_file: /run/a}}}", "one of pid_file, unit and executable"},
           {"targets: {a: {attach: {unit: ../a}}}", "no unit's name"},
           {"targets: {a: {command: [/bin/a], spec_environment: [LD_PRELOAD]}}", "LD_PRELOAD"},
           {"targets: {a: {command: [/bin/a], parameters: {p: {pattern: '['}}}}", "regular expression"},
           {"targets: {a: {command: [/bin/a], parameters: {work: {}}}}", "work"},
           {"targets: {a: {command: [/bin/a], ready: '10.0.0.1:80'}}", "loopback"},
           {"targets: {a: {command: [/bin/a], kill: true}}", "unknown key"},
           {"loads: {a: {ready: x}}", "absolute path"},
           {"endpoints: [10.0.0.5]", "http://"}}) {
    EXPECT_THAT(Read(yaml), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what))) << yaml;
  }
}

TEST(FillParameters, TakesDeclaredOnesThatMatchWhole) {
  AllowedCommand entry;
  entry.parameters["port"] = {"[0-9]+", "6390"};
  entry.parameters["name"] = {"", std::nullopt};
  ASSERT_OK_AND_ASSIGN(const Arguments filled, FillParameters("target redis", entry, {{"name", "a.b"}}));
  EXPECT_EQ(filled.at("port"), "6390");
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"port", "1; rm -rf /"}, {"port", "$(id)"}, {"name", "--config=/etc/shadow"}, {"name", "../../x"}, {"name", "/etc/passwd"},
           {"name", "a\nb"}, {"other", "x"}}) {
    Arguments given{{"name", "ok"}};
    given[name] = value;
    EXPECT_THAT(FillParameters("target redis", entry, given), StatusIs(absl::StatusCode::kInvalidArgument)) << name << "=" << value;
  }
  EXPECT_THAT(FillParameters("target redis", entry, {}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("name is missing")));
}

}  // namespace
}  // namespace seep::agent
