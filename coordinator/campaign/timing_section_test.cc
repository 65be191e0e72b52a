#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "coordinator/campaign/campaign_parser.h"

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

absl::StatusOr<PlannedRun> Read(std::string_view lines) {
  const std::string yaml =
      absl::StrCat("name: n\nsdk: {driver: d}\nscenario: {payments: {}}\n", absl::string_view(lines.data(), lines.size()));
  auto parsed = ParseCampaign({yaml, "c.yaml", {}}, 7);
  if (!parsed.ok()) return parsed.status();
  return parsed->runs.at(0);
}

std::string MistakeIn(std::string_view lines) { return std::string(Read(lines).status().message()); }

TEST(TimingSection, AnOpenLoopHasPlacesAndABacklogByDefault) {
  ASSERT_OK_AND_ASSIGN(const PlannedRun run, Read("pace: {rate: 30/m}\n"));
  const v1::Pace& pace = run.spec.pace();
  EXPECT_DOUBLE_EQ(pace.rate_per_second(), 0.5);
  EXPECT_EQ(pace.max_in_flight(), 16u);
  EXPECT_EQ(pace.backlog(), 1000u);
  EXPECT_FALSE(pace.poisson());
}

TEST(TimingSection, ReadsARamp) {
  ASSERT_OK_AND_ASSIGN(const PlannedRun run,
                       Read("pace: {rate: 1/s, stages: [{rate: 50/s, over: 1m}, {rate: 0/s, over: 0s}], arrivals: poisson, "
                            "max_in_flight: 4, backlog: 0}\n"));
  const v1::Pace& pace = run.spec.pace();
  ASSERT_EQ(pace.stages_size(), 2);
  EXPECT_DOUBLE_EQ(pace.stages(0).rate_per_second(), 50);
  EXPECT_EQ(pace.stages(0).over_ms(), 60'000u);
  EXPECT_TRUE(pace.poisson());
  EXPECT_EQ(pace.backlog(), 0u);
}

TEST(TimingSection, ThinkTimeReplacesTheDefaultInterval) {
  ASSERT_OK_AND_ASSIGN(const PlannedRun drawn, Read("pace: {think_time: [1s, 3s]}\n"));
  EXPECT_EQ(drawn.spec.pace().interval_ms(), 0u);
  EXPECT_EQ(drawn.spec.pace().think_time_ms(), 1000u);
  EXPECT_EQ(drawn.spec.pace().think_time_max_ms(), 3000u);
  ASSERT_OK_AND_ASSIGN(const PlannedRun both, Read("pace: {interval: 2s, think_time: 100ms}\n"));
  EXPECT_EQ(both.spec.pace().interval_ms(), 2000u);
  EXPECT_EQ(both.spec.pace().think_time_max_ms(), 100u);
}

TEST(TimingSection, SaysWhatIsWrongWithAPace) {
  EXPECT_THAT(MistakeIn("pace: {rate: 10/s, interval: 1s}\n"), HasSubstr("c.yaml:4:30: pace.interval belongs to a closed loop"));
  EXPECT_THAT(MistakeIn("pace: {backlog: 3}\n"), HasSubstr("c.yaml:4:17: pace.backlog needs an arrival rate; add rate: 10/s"));
  EXPECT_THAT(MistakeIn("pace: {rate: 10}\n"), HasSubstr("pace.rate is no rate: \"10\"; write one such as 10/s"));
  EXPECT_THAT(MistakeIn("pace: {stages: [{rate: 0/s, over: 1m}]}\n"), HasSubstr("pace.stages never leave a rate of 0"));
  EXPECT_THAT(MistakeIn("pace: {stages: [{rat: 1/s, over: 1m}]}\n"), HasSubstr("did you mean rate?"));
  EXPECT_THAT(MistakeIn("pace: {think_time: [3s, 1s]}\n"), HasSubstr("minimum above its maximum"));
  EXPECT_THAT(MistakeIn("pace: {rate: 1/s, max_in_flight: 65}\n"), HasSubstr("give 1 to 64"));
  EXPECT_THAT(MistakeIn("pace: {rate: 1/s, arrivals: posson}\n"), HasSubstr("did you mean poisson?"));
}

TEST(TimingSection, PhasesStandInTheirBlockOrAlone) {
  ASSERT_OK_AND_ASSIGN(const PlannedRun run, Read("phases: {warm_up: 30s, cool_down: 10s, teardown: 2m}\n"));
  EXPECT_EQ(run.spec.warm_up_ms(), 30'000u);
  EXPECT_EQ(run.spec.cool_down_ms(), 10'000u);
  EXPECT_EQ(run.spec.teardown_ms(), 120'000u);
  ASSERT_OK_AND_ASSIGN(const PlannedRun alone, Read("warm_up: 20s\n"));
  EXPECT_EQ(alone.spec.warm_up_ms(), 20'000u);
  EXPECT_EQ(alone.spec.teardown_ms(), 500u);
  EXPECT_THAT(MistakeIn("warm_up: 1s\nphases: {warm_up: 2s}\n"), HasSubstr("phases.warm_up is given here and outside"));
  EXPECT_THAT(MistakeIn("duration: 1m\nphases: {warm_up: 1m}\n"), HasSubstr("phases.warm_up is not shorter than the duration"));
}

TEST(TimingSection, FaultsSpareTheWarmUpUnlessAskedFor) {
  ASSERT_OK_AND_ASSIGN(const PlannedRun spared, Read("warm_up: 1m\nchaos: [{restart: kill}]\n"));
  EXPECT_EQ(spared.chaos.restarts(0).first_after_ms(), 60'000u);
  ASSERT_OK_AND_ASSIGN(const PlannedRun asked, Read("warm_up: 1m\nchaos: [{restart: kill, first_after: 0s}]\n"));
  EXPECT_EQ(asked.chaos.restarts(0).first_after_ms(), 0u);
}

}  // namespace
}  // namespace seep::coordinator
