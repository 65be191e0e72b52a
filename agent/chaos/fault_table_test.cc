#include "agent/chaos/fault_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

class FaultTableTest : public ::testing::Test {
 protected:
  static v1::FaultOrder Order(const std::string& id) {
    v1::FaultOrder order;
    order.set_fault_id(id);
    order.set_run_id("r-1");
    order.set_kind(v1::FAULT_KIND_KILL);
    return order;
  }
  std::vector<v1::FaultState> States() const {
    std::vector<v1::FaultState> states;
    for (const auto& report : sent_) states.push_back(report.state());
    return states;
  }
  TempDirectory directory_ = *TempDirectory::Create("seep-fault-test");
  std::string journal_ = directory_.path() + "/faults";
  std::vector<v1::FaultReport> sent_;
  FaultTable table_{journal_, [this](const v1::FaultReport& report) { sent_.push_back(report); }};
};

TEST_F(FaultTableTest, ReportsEachStateOfAFault) {
  ASSERT_TRUE(table_.Accept(Order("f-1"), 0));
  ASSERT_OK(table_.Intend(3, 77));
  EXPECT_EQ(FaultTable::Unfinished(journal_).size(), 1u) << "the intent is on disk before the injection";
  table_.Injected(1000, "SIGKILL");
  table_.Healed(1500, 4, 78);
  EXPECT_EQ(States(), (std::vector{v1::FAULT_STATE_INTENDED, v1::FAULT_STATE_INJECTED, v1::FAULT_STATE_HEALED}));
  EXPECT_EQ(sent_.back().old_generation(), 3u);
  EXPECT_EQ(sent_.back().new_pid(), 78);
  EXPECT_TRUE(FaultTable::Unfinished(journal_).empty());
}

TEST_F(FaultTableTest, AnOrderIsTakenOnceHoweverOftenItComes) {
  ASSERT_TRUE(table_.Accept(Order("f-1"), 0));
  ASSERT_OK(table_.Intend(1, 1));
  table_.Injected(1, "");
  table_.Healed(2, 2, 2);
  EXPECT_FALSE(table_.Accept(Order("f-1"), 0));
  EXPECT_EQ(sent_.size(), 4u);
  EXPECT_EQ(sent_.back().state(), v1::FAULT_STATE_HEALED);
}

TEST_F(FaultTableTest, SkipsAFaultWhileAnotherIsUnderWay) {
  ASSERT_TRUE(table_.Accept(Order("f-1"), 0));
  EXPECT_FALSE(table_.Accept(Order("f-2"), 0));
  EXPECT_EQ(sent_.back().state(), v1::FAULT_STATE_SKIPPED);
}

TEST_F(FaultTableTest, ARestartedAgentFailsWhatItsPredecessorLeft) {
  ASSERT_TRUE(table_.Accept(Order("f-1"), 0));
  ASSERT_OK(table_.Intend(1, 1));
  table_.Injected(1, "");
  const auto left = FaultTable::Unfinished(journal_);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].state(), v1::FAULT_STATE_FAILED);
}

TEST(FaultTable, WithoutAJournalNothingIsInjected) {
  FaultTable table("/nowhere/faults", [](const v1::FaultReport&) {});
  v1::FaultOrder order;
  order.set_fault_id("f");
  ASSERT_TRUE(table.Accept(order, 0));
  EXPECT_FALSE(table.Intend(1, 1).ok());
}

TEST_F(FaultTableTest, SkipsAnOrderThatIsOlderThanItsTimeToLive) {
  v1::FaultOrder order = Order("f-1");
  order.set_planned_at_ms(60'000);
  order.set_ttl_ms(120'000);
  EXPECT_FALSE(table_.Accept(order, 180'001));
  EXPECT_EQ(States(), (std::vector{v1::FAULT_STATE_SKIPPED}));
  EXPECT_THAT(sent_.back().detail(), ::testing::HasSubstr("came 2m after its time, and it lives for 2m"));
  order.set_fault_id("f-2");
  EXPECT_TRUE(table_.Accept(order, 180'000));
  order.set_fault_id("f-3");
  order.set_ttl_ms(0);
  table_.Fail("done");
  EXPECT_TRUE(table_.Accept(order, 1'000'000'000)) << "without one it lives for ever";
}

TEST_F(FaultTableTest, AKnownOrderIsNeverTooOldToBeAnswered) {
  v1::FaultOrder order = Order("f-1");
  order.set_ttl_ms(1000);
  ASSERT_TRUE(table_.Accept(order, 10));
  ASSERT_OK(table_.Intend(1, 7));
  table_.Injected(20, "kill");
  table_.Healed(500, 2, 8);
  EXPECT_FALSE(table_.Accept(order, 900'000));
  EXPECT_EQ(sent_.back().state(), v1::FAULT_STATE_HEALED);
}

}  // namespace
}  // namespace seep::agent
