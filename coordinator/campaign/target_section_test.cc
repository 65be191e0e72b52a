#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status_matchers.h"
#include "coordinator/campaign/campaign_parser.h"

namespace seep::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<v1::RunSpec> Parse(const std::string& yaml) {
  CampaignSource source;
  source.yaml = "name: n\n" + yaml;
  auto parsed = ParseCampaign(source, 1);
  if (!parsed.ok()) return parsed.status();
  return parsed->runs[0].spec;
}

std::string Refusal(const std::string& yaml) {
  const auto parsed = Parse(yaml);
  return parsed.ok() ? "taken" : std::string(parsed.status().message());
}

TEST(TargetSection, ReadsAProcessWithItsLoad) {
  ASSERT_OK_AND_ASSIGN(const v1::RunSpec spec, Parse(R"(
target:
  process: redis
  parameters: {port: "6400"}
  environment: {TZ: UTC}
  directory: generation
  load: {name: bench, parameters: {clients: "5"}, when_it_ends: repeat, after: 2s}
)"));
  EXPECT_EQ(spec.target().kind(), v1::TARGET_KIND_PROCESS);
  EXPECT_EQ(spec.target().entry(), "redis");
  EXPECT_EQ(spec.target().parameters().at("port"), "6400");
  EXPECT_TRUE(spec.target().fresh_directory());
  EXPECT_EQ(spec.target().load().at_end(), v1::LoadSpec::AT_END_REPEAT);
  EXPECT_EQ(spec.target().load().after_ms(), 2000u);
  EXPECT_EQ(spec.scenario().ByteSizeLong(), 0u);
}

TEST(TargetSection, ReadsWhereAnSdkWorksAndHowManyTimes) {
  const std::string rest = "scenario: {lifecycle: {}}\n";
  ASSERT_OK_AND_ASSIGN(const v1::RunSpec spec,
                       Parse("sdk: {driver: d, processes: 3, environment: {TZ: UTC, MODE: a b}, directory: generation}\n" + rest));
  EXPECT_EQ(spec.target().processes(), 3u);
  EXPECT_EQ(spec.target().environment().at("MODE"), "a b");
  EXPECT_TRUE(spec.target().fresh_directory());
  EXPECT_THAT(Refusal("sdk: {driver: d, processes: 33}\n" + rest), HasSubstr("give 1 to 32"));
  EXPECT_THAT(Refusal("sdk: {driver: d, processes: 0}\n" + rest), HasSubstr("give 1 to 32"));
  for (const char* name : {"LD_PRELOAD", "PATH", "BASH_FUNC_x", "SEEP_RUN", "BASH_ENV"}) {
    EXPECT_THAT(Refusal(std::string("sdk: {driver: d, environment: {") + name + ": x}}\n" + rest), HasSubstr(std::string("sets ") + name));
    EXPECT_THAT(Refusal(std::string("target: {process: p, environment: {") + name + ": x}}\n"), HasSubstr(std::string("sets ") + name));
  }
  EXPECT_THAT(Refusal("sdk: {driver: d, environment: {'A=B': x}}\n" + rest), HasSubstr("names no variable"));
}

TEST(TargetSection, ReadsAttachAndAShortLoad) {
  ASSERT_OK_AND_ASSIGN(const v1::RunSpec spec, Parse("target: {attach: nginx, load: bench}\n"));
  EXPECT_EQ(spec.target().kind(), v1::TARGET_KIND_ATTACH);
  EXPECT_EQ(spec.target().load().entry(), "bench");
  EXPECT_EQ(spec.target().load().at_end(), v1::LoadSpec::AT_END_END_RUN);
  ASSERT_OK_AND_ASSIGN(const v1::RunSpec shaken, Parse("target: {attach: nginx, load: bench}\nchaos: [{restart: kill}]\n"));
  EXPECT_EQ(shaken.target().load().at_end(), v1::LoadSpec::AT_END_REPEAT) << "a restart breaks its connections";
}

TEST(TargetSection, RefusesCommandsAndWhatIsForSdks) {
  EXPECT_THAT(Refusal("target: {process: /usr/bin/redis-server}\n"), HasSubstr("is no name"));
  EXPECT_THAT(Refusal("target: {process: 'redis; rm'}\n"), HasSubstr("is no name"));
  EXPECT_THAT(Refusal("target: {command: [redis-server]}\n"), HasSubstr("unknown field target.command"));
  EXPECT_THAT(Refusal("target: {process: a, attach: b}\n"), HasSubstr("one of them"));
  EXPECT_THAT(Refusal("target: {process: a}\nsdk: {driver: b}\n"), HasSubstr("exclude each other"));
  EXPECT_THAT(Refusal("target: {process: a}\nscenario: {payments: {}}\n"), HasSubstr("drives an SDK"));
  EXPECT_THAT(Refusal("target: {process: a}\nprofiles: {heap_dump: true}\n"), HasSubstr("needs a driver"));
}

TEST(FiguresSection, ReadsEndpointsAndProfiles) {
  ASSERT_OK_AND_ASSIGN(const v1::RunSpec spec, Parse(R"(
target: {process: listings}
metrics:
  - {url: "http://127.0.0.1:8080/metrics", series: [go_*, "listings_*"], rename: {listings_db_connections_open: db_open},
     operations: [listings_grpc_requests_total], max_series: 20, timeout: 500ms}
  - http://127.0.0.1:9100/metrics
profiles: {pprof: "http://127.0.0.1:6060/debug/pprof/"}
)"));
  ASSERT_EQ(spec.metrics_size(), 2);
  EXPECT_THAT(spec.metrics(0).series(), ElementsAre("go_*", "listings_*"));
  EXPECT_EQ(spec.metrics(0).timeout_ms(), 500u);
  EXPECT_EQ(spec.metrics(1).url(), "http://127.0.0.1:9100/metrics");
  EXPECT_EQ(spec.profiles().pprof_url(), "http://127.0.0.1:6060/debug/pprof/");
}

TEST(FiguresSection, RefusesWhatIsNoAddressOrHoldsASecret) {
  EXPECT_THAT(Refusal("target: {process: a}\nmetrics: [{url: 'file:///etc/passwd'}]\n"), HasSubstr("no http address"));
  const std::string refusal = Refusal("target: {process: a}\nmetrics: [{url: 'http://user:hunter2@h/'}]\n");
  EXPECT_THAT(refusal, HasSubstr("credentials"));
  EXPECT_THAT(refusal, ::testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(Refusal("target: {process: a}\nmetrics: [{url: 'http://h/', max_series: 100000}]\n"), HasSubstr("200"));
  EXPECT_THAT(Refusal("target: {process: a}\nmetrics: {url: x}\n"), HasSubstr("must be a list"));
}

}  // namespace
}  // namespace seep::coordinator
