#include "coordinator/filter/run_filter_parser.h"

#include <gtest/gtest.h>

#include "common/status/status_matchers.h"

namespace seep::coordinator {
namespace {

using seep::testing::StatusIs;
using storage::RunTerm;
using Field = RunTerm::Field;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'800'000'000'000'000;
constexpr std::int64_t kHour = 3'600'000'000;

absl::StatusOr<std::vector<RunTerm>> Parse(const std::string& text) {
  auto filter = ParseRunFilter(text, WallTime::FromMicros(kNow));
  if (!filter.ok()) return filter.status();
  return filter->terms;
}

TEST(RunFilterParserTest, ReadsTheWordsOfTheReadme) {
  ASSERT_OK_AND_ASSIGN(const auto terms, Parse("sdk:4.2 verdict:leak  label:team=x since:7d"));
  ASSERT_EQ(terms.size(), 4u);
  EXPECT_EQ(terms[0].field, Field::kSdk);
  EXPECT_EQ(terms[0].alternatives[0].version, "4.2");
  EXPECT_EQ(terms[1].alternatives[0].number, v1::VERDICT_LEAK);
  EXPECT_EQ(terms[2].alternatives[0].text, "team");
  EXPECT_EQ(terms[2].alternatives[0].value, "x");
  EXPECT_EQ(terms[3].field, Field::kBegan);
  EXPECT_EQ(terms[3].alternatives[0].wall_us, kNow - 7 * 24 * kHour);
}

TEST(RunFilterParserTest, TellsNamesFromVersions) {
  ASSERT_OK_AND_ASSIGN(const auto terms, Parse("sdk:breez sdk:breez@0.15 sdk:@breeztech/sdk sdk:@breeztech/sdk@1.0 sdk:v2"));
  EXPECT_EQ(terms[0].alternatives[0].text, "breez");
  EXPECT_EQ(terms[1].alternatives[0].text, "breez");
  EXPECT_EQ(terms[1].alternatives[0].version, "0.15");
  EXPECT_EQ(terms[2].alternatives[0].text, "@breeztech/sdk");
  EXPECT_EQ(terms[3].alternatives[0].version, "1.0");
  EXPECT_EQ(terms[4].alternatives[0].version, "v2");
}

TEST(RunFilterParserTest, TurnsRoundChoosesAndQuotes) {
  ASSERT_OK_AND_ASSIGN(const auto terms, Parse(R"(-verdict:clean,suspect !agent:lab-1 name:"night \"soak\", two" until:2h -until:1h)"));
  EXPECT_TRUE(terms[0].negated);
  ASSERT_EQ(terms[0].alternatives.size(), 2u);
  EXPECT_TRUE(terms[1].negated);
  EXPECT_EQ(terms[2].alternatives[0].text, "night \"soak\", two");
  EXPECT_TRUE(terms[3].negated) << "until is not since";
  EXPECT_FALSE(terms[4].negated);
  ASSERT_OK_AND_ASSIGN(const auto open, Parse("state:open"));
  EXPECT_EQ(open[0].alternatives.size(), 6u);
}

TEST(RunFilterParserTest, ReadsDates) {
  ASSERT_OK_AND_ASSIGN(const auto terms, Parse("since:2026-11-01 until:2026-11-01T10:00:00Z"));
  EXPECT_EQ(terms[0].alternatives[0].wall_us, 1'793'491'200'000'000);
  EXPECT_EQ(terms[1].alternatives[0].wall_us, 1'793'491'200'000'000 + 10 * kHour);
}

TEST(RunFilterParserTest, NothingIsEverything) {
  ASSERT_OK_AND_ASSIGN(const auto terms, Parse("  \t "));
  EXPECT_TRUE(terms.empty());
}

TEST(RunFilterParserTest, PointsAtTheWordThatIsWrong) {
  const auto wrong = [](const std::string& text, const std::string& what) {
    EXPECT_THAT(Parse(text), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what))) << text;
  };
  wrong("agent:a verdic:leak", "at character 9, 'verdic': no such field; did you mean verdict?");
  wrong("verdict:leek", "at character 9, 'leek': no such verdict; did you mean leak?");
  wrong("state:runing", "did you mean running?");
  wrong("since:yesterday", "at character 7, 'yesterday': no such time; write 30m");
  wrong("since:-3d", "no such time");
  wrong("breez", "no field is named; write field:value, such as name:breez");
  wrong("sdk:", "at character 1, 'sdk:': a value is missing");
  wrong("sdk:breez@", "a version is missing");
  wrong("label:=x", "label's name is missing");
  wrong("name:\"open", "the quotation mark is not closed");
  wrong("-", "a field is missing behind it");
  wrong(std::string(5000, 'x'), "longer than 4096 bytes");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "agent:a ";
  wrong(many, "more than 32 terms");
  EXPECT_THAT(Parse("name\x1b[31m:x"), StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace seep::coordinator
