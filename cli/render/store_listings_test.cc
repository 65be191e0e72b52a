#include "cli/render/store_listings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StoreListingsTest, SaysWhetherTheStoreIsSound) {
  v1::CheckResult result;
  result.set_runs(3);
  result.set_samples(1200);
  EXPECT_THAT(CheckSummary(result), HasSubstr("sound: 3 runs"));
  EXPECT_THAT(CheckSummary(result), HasSubstr("1200 samples"));
  result.set_findings(2);
  EXPECT_THAT(CheckSummary(result), HasSubstr("2 findings"));
}

TEST(StoreListingsTest, FindingsNameRunAndPlaceAndCannotDriveATerminal) {
  v1::StoreFinding finding;
  finding.set_kind("sequence");
  finding.set_run_id("r-0041");
  finding.set_place("agent \x1b[31mlab, samples 31 to 40");
  finding.set_what("are not there");
  const std::string text = ListFindings({finding}).Text(Format::kTable, {});
  EXPECT_THAT(text, HasSubstr("r-0041"));
  EXPECT_THAT(text, HasSubstr("samples 31 to 40"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b[31m")));
  EXPECT_THAT(ListFindings({finding}).Text(Format::kCsv, {}), HasSubstr("KIND,RUN,PLACE,WHAT,ADVICE"));
}

TEST(StoreListingsTest, StatsShowBudgetAndKinds) {
  v1::GetStoreStatsResponse stats;
  stats.mutable_budget()->set_max_bytes(20'000'000'000);
  stats.mutable_budget()->set_reason("the store has 19 GB");
  v1::StoreKind& kind = *stats.add_kinds();
  kind.set_name("chunks");
  kind.set_bytes(1'500'000);
  const std::string text = ShowStats(stats, Format::kTable, {});
  EXPECT_THAT(text, HasSubstr("20.0GB at most; the store has 19 GB"));
  EXPECT_THAT(text, HasSubstr("chunks"));
  EXPECT_THAT(text, HasSubstr("1.5MB"));
  EXPECT_THAT(ShowStats(stats, Format::kJson, {}), HasSubstr("\"schema_version\""));
}

TEST(StoreListingsTest, SaysHowFineARunIsKept) {
  v1::Run run;
  EXPECT_EQ(KeptSamples(run), "");
  run.mutable_expiry()->set_keeps(v1::SAMPLE_TIER_MINUTES);
  run.mutable_expiry()->set_samples(400);
  run.mutable_expiry()->set_reason("ended 95 days ago");
  EXPECT_THAT(KeptSamples(run), HasSubstr("minutes only; 400 raw samples left"));
  EXPECT_THAT(KeptSamples(run), HasSubstr("ended 95 days ago"));
}

}  // namespace
}  // namespace seep::cli
