#include "coordinator/upkeep/retention_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kDay = absl::Hours(24);

RetentionRule Rule(int details, int minutes, int runs) {
  return {{}, details * kDay, minutes * kDay, runs * kDay};
}

storage::ExpirableRun RunOfAge(absl::Duration age, WallTime now, v1::SampleTier keeps = v1::SAMPLE_TIER_RAW) {
  return {1, "r-0001", absl::ToUnixMicros(now.time() - age), keeps, false, {}};
}

class RetentionPolicyTest : public ::testing::Test {
 protected:
  const WallTime now_ = WallTime::FromMicros(1'767'225'600'000'000);
};

TEST_F(RetentionPolicyTest, ARunGoesFromTierToTier) {
  const RetentionPolicy policy({Rule(30, 180, 730)});
  EXPECT_FALSE(policy.Decide(RunOfAge(29 * kDay, now_), now_));
  EXPECT_EQ(policy.Decide(RunOfAge(31 * kDay, now_), now_)->keeps, v1::SAMPLE_TIER_MINUTES);
  EXPECT_EQ(policy.Decide(RunOfAge(181 * kDay, now_), now_)->keeps, v1::SAMPLE_TIER_HOURS);
  EXPECT_EQ(policy.Decide(RunOfAge(731 * kDay, now_), now_)->keeps, v1::SAMPLE_TIER_NONE);
  EXPECT_THAT(policy.Decide(RunOfAge(95 * kDay, now_), now_)->reason,
              HasSubstr("ended 95 days ago; rule 1 of the retention keeps details for 30 days"));
}

TEST_F(RetentionPolicyTest, WhatHasGoneIsNotOrderedAgainUnlessMoreCame) {
  const RetentionPolicy policy({Rule(30, 180, 730)});
  storage::ExpirableRun run = RunOfAge(60 * kDay, now_, v1::SAMPLE_TIER_MINUTES);
  EXPECT_FALSE(policy.Decide(run, now_));
  run.leftovers = true;
  EXPECT_EQ(policy.Decide(run, now_)->keeps, v1::SAMPLE_TIER_MINUTES);
}

TEST_F(RetentionPolicyTest, TheFirstRuleThatFitsDecides) {
  RetentionRule payments = Rule(365, 365, 3650);
  payments.labels = {{"team", "payments"}, {"keep", "long"}};
  const RetentionPolicy policy({payments, Rule(30, 180, 730)});
  storage::ExpirableRun run = RunOfAge(100 * kDay, now_);
  run.labels = {{"team", "payments"}};
  EXPECT_TRUE(policy.Decide(run, now_)) << "only one of its two labels";
  run.labels["keep"] = "long";
  EXPECT_FALSE(policy.Decide(run, now_));
}

TEST_F(RetentionPolicyTest, WithoutARuleEverythingStays) {
  EXPECT_FALSE(RetentionPolicy({}).Decide(RunOfAge(10'000 * kDay, now_), now_));
  RetentionRule labelled = Rule(1, 1, 1);
  labelled.labels = {{"team", "payments"}};
  EXPECT_FALSE(RetentionPolicy({labelled}).Decide(RunOfAge(10'000 * kDay, now_), now_));
  EXPECT_FALSE(RetentionPolicy({RetentionRule()}).Decide(RunOfAge(10'000 * kDay, now_), now_));
}

TEST_F(RetentionPolicyTest, ARunFromTheFutureIsYoung) {
  EXPECT_FALSE(RetentionPolicy({Rule(1, 1, 1)}).Decide(RunOfAge(-5 * kDay, now_), now_));
}

}  // namespace
}  // namespace seep::coordinator
