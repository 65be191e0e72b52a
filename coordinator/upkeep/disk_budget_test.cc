#include "coordinator/upkeep/disk_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMB = 1'000'000;

storage::StoreSpace Space(std::uint64_t live, std::uint64_t disk_free = 1000 * kMB, std::uint64_t free_pages = 0) {
  return {live + free_pages, 0, free_pages, disk_free};
}

TEST(DiskBudgetTest, FillsUpStepByStep) {
  DiskBudget budget(100 * kMB, 0);
  budget.Measure(Space(89 * kMB));
  EXPECT_EQ(budget.message().state(), v1::StoreBudget::STATE_ROOM);
  EXPECT_FALSE(budget.wants_expiry());
  budget.Measure(Space(91 * kMB));
  EXPECT_EQ(budget.message().state(), v1::StoreBudget::STATE_TIGHT);
  EXPECT_TRUE(budget.wants_expiry());
  EXPECT_TRUE(budget.takes_campaigns());
  budget.Measure(Space(96 * kMB));
  EXPECT_FALSE(budget.takes_campaigns());
  EXPECT_TRUE(budget.takes_samples()) << "runs that go on have the rest";
  EXPECT_THAT(budget.message().reason(), HasSubstr("96.0 MB of the 100.0 MB"));
  budget.Measure(Space(101 * kMB));
  EXPECT_FALSE(budget.takes_samples());
}

TEST(DiskBudgetTest, ExpiryGoesOnUntilThereIsRealRoom) {
  DiskBudget budget(100 * kMB, 0);
  budget.Measure(Space(96 * kMB));
  budget.Measure(Space(94 * kMB));
  EXPECT_FALSE(budget.takes_campaigns()) << "at the edge it does not flicker";
  budget.Measure(Space(85 * kMB));
  EXPECT_TRUE(budget.takes_campaigns());
  EXPECT_TRUE(budget.wants_expiry());
  budget.Measure(Space(79 * kMB));
  EXPECT_FALSE(budget.wants_expiry());
  EXPECT_EQ(budget.message().state(), v1::StoreBudget::STATE_ROOM);
}

TEST(DiskBudgetTest, FreePagesOfTheFileAreRoom) {
  DiskBudget budget(100 * kMB, 0);
  budget.Measure(Space(50 * kMB, 1000 * kMB, 60 * kMB));
  EXPECT_EQ(budget.message().state(), v1::StoreBudget::STATE_ROOM);
}

TEST(DiskBudgetTest, AShortDiskRefusesCampaignsButLetsNoHistoryGo) {
  DiskBudget budget(0, 10 * kMB);
  budget.Measure(Space(500 * kMB, 9 * kMB));
  EXPECT_FALSE(budget.takes_campaigns());
  EXPECT_TRUE(budget.takes_samples());
  EXPECT_FALSE(budget.wants_expiry());
  EXPECT_TRUE(budget.wants_pages_back());
  EXPECT_THAT(budget.message().reason(), HasSubstr("the disk has 9.0 MB left"));
  budget.Measure(Space(500 * kMB, 4 * kMB));
  EXPECT_FALSE(budget.takes_samples());
  budget.Measure(Space(500 * kMB, 20 * kMB));
  EXPECT_TRUE(budget.takes_campaigns());
}

TEST(DiskBudgetTest, WithoutLimitsThereIsAlwaysRoom) {
  DiskBudget budget(0, 0);
  budget.Measure(Space(1ull << 50, 0));
  EXPECT_TRUE(budget.takes_campaigns());
  EXPECT_TRUE(budget.takes_samples());
}

}  // namespace
}  // namespace seep::coordinator
