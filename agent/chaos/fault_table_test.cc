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
  ASSERT_TRUE(table_.Accept(Order("f-1")));
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
  ASSERT_TRUE(table_.Accept(Order("f-1")));
  ASSERT_OK(table_.Intend(1, 1));
  table_.Injected(1, "");
  table_.Healed(2, 2, 2);
  EXPECT_FALSE(table_.Accept(Order("f-1")));
  EXPECT_EQ(sent_.size(), 4u);
  EXPECT_EQ(sent_.back().state(), v1::FAULT_STATE_HEALED);
}

TEST_F(FaultTableTest, SkipsAFaultWhileAnotherIsUnderWay) {
  ASSERT_TRUE(table_.Accept(Order("f-1")));
  EXPECT_FALSE(table_.Accept(Order("f-2")));
  EXPECT_EQ(sent_.back().state(), v1::FAULT_STATE_SKIPPED);
}

TEST_F(FaultTableTest, ARestartedAgentFailsWhatItsPredecessorLeft) {
  ASSERT_TRUE(table_.Accept(Order("f-1")));
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
  ASSERT_TRUE(table.Accept(order));
  EXPECT_FALSE(table.Intend(1, 1).ok());
}

}  // namespace
}  // namespace seep::agent
