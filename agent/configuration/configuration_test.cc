#include "agent/configuration/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConfigurationTest : public ::testing::Test {
 protected:
  absl::Status Read(const std::string& yaml) {
    EXPECT_OK(WriteFileAtomically(file_, yaml));
    return ReadConfiguration(file_, configuration_);
  }
  TempDirectory directory_ = *TempDirectory::Create("seep-configuration-test");
  std::string file_ = directory_.path() + "/agent.yaml";
  Configuration configuration_;
};

TEST_F(ConfigurationTest, ReadsEveryField) {
  ASSERT_OK(Read(R"(
coordinator: unix:/run/seep.sock
name: lab-3
labels: {zone: lab}
slots: 7
state_directory: /var/lib/seep-agent
spool_limit: 2MiB
tls: {ca: /a, certificate: /b, key: /c, server_name: s}
drivers:
  simulated-wallet:
    command: [/bin/host, --x]
    environment: {A: b}
    pass_environment: [TZ]
    collector: managed
    services: {simnet: {command: [/bin/simnet]}}
    settings_from_services: {ledger: ledger}
    faucet_from_service: faucet
secrets:
  ALICE_SEED: {file: /etc/seed}
)"));
  EXPECT_EQ(configuration_.slots, 7u);
  EXPECT_EQ(configuration_.spool_limit, 2u << 20);
  EXPECT_EQ(configuration_.tls.server_name, "s");
  const Driver& driver = configuration_.drivers.at("simulated-wallet");
  EXPECT_THAT(driver.command, ElementsAre("/bin/host", "--x"));
  EXPECT_EQ(driver.services.at(0).name, "simnet");
  EXPECT_EQ(driver.managed_collector, true);
  EXPECT_EQ(configuration_.secrets.at("ALICE_SEED").file, "/etc/seed");
}

TEST_F(ConfigurationTest, NamesFileLineAndKeyOfEachProblem) {
  const absl::Status status = Read("slots: many\nspol_limit: 1GiB\ndrivers:\n  x:\n    command: rm -rf /\n");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               AllOf(HasSubstr("agent.yaml:1:8: slots: \"many\""),
                                     HasSubstr("agent.yaml:2:1: spol_limit: unknown key"),
                                     HasSubstr("agent.yaml:5:14: drivers.x.command"))));
}

TEST_F(ConfigurationTest, RefusesWhatIsNoYaml) {
  EXPECT_THAT(Read("a: [1\nb: 2"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("agent.yaml:2")));
  EXPECT_THAT(ReadConfiguration("/nowhere.yaml", configuration_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Read("- a\n- b\n"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("must be a map")));
}

TEST_F(ConfigurationTest, RefusesCommandsAndEnvironmentsThatOpenDoors) {
  for (const char* driver : {"{command: [relative]}", "{command: []}", "{command: [/a], environment: {LD_PRELOAD: x}}",
                             "{command: [/a], pass_environment: [PATH]}", "{command: [/a], spec_environment: [LD_PRELOAD]}", "{command: [/a], environment: {BASH_FUNC_x: y}}"}) {
    EXPECT_THAT(Read(std::string("drivers: {d: ") + driver + "}"), StatusIs(absl::StatusCode::kInvalidArgument)) << driver;
  }
}

TEST_F(ConfigurationTest, ClearTextStaysOnTheHost) {
  configuration_.name = "a";
  configuration_.state_directory = "/s";
  for (const char* address : {"127.0.0.1:1", "localhost:1", "[::1]:1", "unix:/x"}) {
    configuration_.coordinator = address;
    EXPECT_OK(CheckConfiguration(configuration_)) << address;
  }
  configuration_.coordinator = "10.0.0.1:7420";
  EXPECT_THAT(CheckConfiguration(configuration_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("tls")));
  configuration_.coordinator = "127.evil.example:7420";  // a name, whatever it begins with
  EXPECT_THAT(CheckConfiguration(configuration_), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("tls")));
  configuration_.tls.ca = "/ca";
  EXPECT_OK(CheckConfiguration(configuration_));
  configuration_.name = "Bad Name";
  EXPECT_FALSE(CheckConfiguration(configuration_).ok());
}

TEST_F(ConfigurationTest, ListsInstalledVersionsAndNothingElse) {
  for (const char* name : {"0.15.1", "0.19.2", ".hidden", "-rf"}) {
    std::filesystem::create_directories(directory_.path() + "/versions/" + name);
  }
  ASSERT_OK(WriteFileAtomically(directory_.path() + "/versions/file", ""));
  Driver driver;
  driver.versions_directory = directory_.path() + "/versions";
  EXPECT_THAT(InstalledVersions(driver), ElementsAre("0.15.1", "0.19.2"));
}

TEST_F(ConfigurationTest, SecretsComeFromTheAgentAlone) {
  ASSERT_OK(WriteFileAtomically(directory_.path() + "/seed", "  abc\n"));
  configuration_.secrets["FILE"] = {"", directory_.path() + "/seed"};
  configuration_.secrets["GONE"] = {"SEEP_NO_SUCH_VARIABLE", ""};
  ASSERT_OK_AND_ASSIGN(const std::string value, ReadSecret(configuration_, "FILE"));
  EXPECT_EQ(value, "abc");
  EXPECT_THAT(ReadSecret(configuration_, "GONE"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadSecret(configuration_, "HOME"), StatusIs(absl::StatusCode::kNotFound))
      << "a spec cannot read the agent's environment";
}

}  // namespace
}  // namespace seep::agent
