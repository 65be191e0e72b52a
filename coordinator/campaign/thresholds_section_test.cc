#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "coordinator/campaign/campaign_parser.h"

namespace seep::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<ParsedCampaign> Read(std::string_view lines) {
  const std::string yaml =
      absl::StrCat("name: n\nsdk: {driver: d}\nscenario: {payments: {}}\n", absl::string_view(lines.data(), lines.size()));
  return ParseCampaign({yaml, "c.yaml", {}}, 7);
}

std::string MistakeIn(std::string_view lines) { return std::string(Read(lines).status().message()); }

TEST(ThresholdsSection, ReadsTextsAndMaps) {
  ASSERT_OK_AND_ASSIGN(const ParsedCampaign parsed, Read("thresholds:\n"
                                                         "  - p(99, payment) < 250ms\n"
                                                         "  - \"rss<400MiB abort_on_fail delay=30s\"\n"
                                                         "  - {expression: error_rate<1%, abort_on_fail: true, delay: 1m}\n"));
  const v1::VerdictSpec& judging = parsed.runs.at(0).judging;
  ASSERT_EQ(judging.thresholds_size(), 3);
  EXPECT_EQ(judging.thresholds(0).expression(), "p(99, payment)<250ms");
  EXPECT_FALSE(judging.thresholds(0).abort_on_fail());
  EXPECT_TRUE(judging.thresholds(1).abort_on_fail());
  EXPECT_EQ(judging.thresholds(1).delay_ms(), 30'000u);
  EXPECT_EQ(judging.thresholds(2).delay_ms(), 60'000u);
  for (const std::string& warning : parsed.warnings) EXPECT_EQ(warning.find("thresholds"), std::string::npos) << warning;
}

TEST(ThresholdsSection, PointsAtTheMistake) {
  EXPECT_THAT(MistakeIn("thresholds:\n  - p(99)<250mss\n"),
              HasSubstr("c.yaml:5:14: thresholds: \"p(99)<250mss\" has an unknown unit \"mss\"; did you mean ms?"));
  EXPECT_THAT(MistakeIn("thresholds: [\"p(99, paymnet)<1s\"]\n"),
              HasSubstr("c.yaml:4:21: thresholds: no operation is called paymnet; did you mean payment?"));
  EXPECT_THAT(MistakeIn("thresholds: [{expresion: rss<1}]\n"), HasSubstr("c.yaml:4:14: thresholds: an entry has no expression"));
  EXPECT_THAT(MistakeIn("thresholds: rss<1\n"), HasSubstr("c.yaml:4:13: thresholds must be a list"));
  EXPECT_THAT(MistakeIn("thresholds: [{expression: rss<1, abort_on_fial: true}]\n"), HasSubstr("did you mean abort_on_fail?"));
}

TEST(ThresholdsSection, WarnsOfSeriesThatOnlyTheSdkCouldHave) {
  ASSERT_OK_AND_ASSIGN(const ParsedCampaign parsed,
                       Read("sampling: {interval: 1s}\nthresholds: [thraeds<200, relay_circuits<5, \"p(9, invoke.sign)<1s\", "
                            "errors.network_error<1]\n"));
  EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("no series called thraeds; did you mean"),
                                           HasSubstr("no series called relay_circuits; if the SDK reports none")));
}

TEST(ThresholdsSection, IsOptional) {
  ASSERT_OK_AND_ASSIGN(const ParsedCampaign parsed, Read("thresholds: []\nduration: 1h\n"));
  EXPECT_THAT(parsed.runs.at(0).judging.thresholds(), IsEmpty());
}

}  // namespace
}  // namespace seep::coordinator
