#include "coordinator/runs/fault_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/event_loop/simulated_event_loop.h"

namespace seep::coordinator {
namespace {

v1::Run RunWithRestarts() {
  v1::Run run;
  run.set_run_id("r-1");
  run.mutable_spec()->set_seed(7);
  run.mutable_spec()->set_duration_ms(3'600'000);
  auto* restart = run.mutable_chaos()->add_restarts();
  restart->set_kind(v1::FAULT_KIND_KILL);
  restart->set_min_interval_ms(10'000);
  restart->set_max_interval_ms(20'000);
  return run;
}

class FaultDeskTest : public ::testing::Test {
 protected:
  FaultDesk::Ports Ports() {
    FaultDesk::Ports ports;
    ports.order = [this](const v1::FaultOrder& order) {
      if (reachable_) orders_.push_back(order);
      return reachable_;
    };
    ports.journal = [this](const v1::FaultReport& report) { journal_.push_back(report); };
    return ports;
  }
  int Journalled(v1::FaultState state) const {
    int count = 0;
    for (const auto& report : journal_) count += report.state() == state;
    return count;
  }
  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  bool reachable_ = true;
  std::vector<v1::FaultOrder> orders_;
  std::vector<v1::FaultReport> journal_;
};

TEST_F(FaultDeskTest, OrdersEachFaultAtItsTime) {
  FaultDesk desk(loop_, RunWithRestarts(), Ports());
  desk.NoteBegin();
  desk.SetRunning(true);
  const MonotonicTime began = clock_.Now();
  for (int i = 1; i <= 50; ++i) {
    ASSERT_TRUE(loop_.RunUntil([&] { return orders_.size() == static_cast<std::size_t>(i); }, absl::Seconds(21)));
    EXPECT_EQ(clock_.Now() - began, absl::Milliseconds(orders_.back().planned_at_ms()));
  }
  EXPECT_EQ(Journalled(v1::FAULT_STATE_PLANNED), 51) << "the next is planned, not yet ordered";
}

TEST_F(FaultDeskTest, OrdersNothingWhileTheRunIsNotRunning) {
  FaultDesk desk(loop_, RunWithRestarts(), Ports());
  desk.NoteBegin();
  desk.SetRunning(true);
  desk.SetRunning(false);
  loop_.Advance(absl::Minutes(2));
  EXPECT_TRUE(orders_.empty());
  desk.SetRunning(true);
  EXPECT_GE(Journalled(v1::FAULT_STATE_SKIPPED), 5) << "what was due meanwhile is told";
  ASSERT_TRUE(loop_.RunUntil([&] { return !orders_.empty(); }, absl::Seconds(21)));
  EXPECT_GT(orders_[0].planned_at_ms(), 120'000u);
}

TEST_F(FaultDeskTest, GoesOnWithTheSamePlanAfterARestart) {
  FaultDesk first(loop_, RunWithRestarts(), Ports());
  first.NoteBegin();
  first.SetRunning(true);
  loop_.Advance(absl::Seconds(45));
  first.SetRunning(false);
  std::map<std::string, v1::FaultReport> stored;
  for (const auto& report : journal_) stored[report.fault_id()] = report;
  for (const auto& order : orders_) stored[order.fault_id()].set_state(v1::FAULT_STATE_HEALED);
  std::vector<v1::FaultReport> faults;
  for (const auto& [id, report] : stored) faults.push_back(report);
  const std::size_t before = orders_.size();

  FaultDesk second(loop_, RunWithRestarts(), Ports());
  second.Restore(faults);
  second.SetRunning(true);
  loop_.Advance(absl::Seconds(2));
  EXPECT_EQ(orders_.size(), before) << "nothing before a sample has told the run's age";
  second.NoteElapsed(absl::Seconds(47));
  ASSERT_TRUE(loop_.RunUntil([&] { return orders_.size() > before; }, absl::Seconds(21)));
  FaultSchedule plan(RunWithRestarts().chaos(), 7, "r-1", 3'600'000);
  for (const auto& order : orders_) {
    ASSERT_TRUE(plan.Next());
    EXPECT_EQ(order.SerializeAsString(), plan.Next()->SerializeAsString()) << "none twice, none left out";
    plan.Advance();
  }
}

TEST_F(FaultDeskTest, SkipsWhatCannotBeDelivered) {
  FaultDesk desk(loop_, RunWithRestarts(), Ports());
  desk.NoteBegin();
  reachable_ = false;
  desk.SetRunning(true);
  loop_.Advance(absl::Seconds(25));
  EXPECT_GE(Journalled(v1::FAULT_STATE_SKIPPED), 1);
}

TEST_F(FaultDeskTest, SettlesEverythingAtTheEndAndIgnoresRepeatedReports) {
  FaultDesk desk(loop_, RunWithRestarts(), Ports());
  desk.NoteBegin();
  desk.SetRunning(true);
  ASSERT_TRUE(loop_.RunUntil([&] { return !orders_.empty(); }, absl::Seconds(21)));
  v1::FaultReport report;
  report.set_fault_id(orders_[0].fault_id());
  report.set_run_id("r-1");
  report.set_state(v1::FAULT_STATE_INJECTED);
  report.set_injected_at_ms(12'000);
  desk.OnReport(report);
  desk.OnReport(report);
  EXPECT_EQ(Journalled(v1::FAULT_STATE_INJECTED), 1);
  desk.EndOfRun();
  EXPECT_EQ(Journalled(v1::FAULT_STATE_FAILED), 1) << "injected, never healed";
  EXPECT_EQ(Journalled(v1::FAULT_STATE_SKIPPED), 1) << "planned, never ordered";
  desk.OnReport(report);
  EXPECT_EQ(Journalled(v1::FAULT_STATE_INJECTED), 1) << "settled is settled";
  loop_.Advance(absl::Hours(1));
  EXPECT_EQ(orders_.size(), 1u);
}

}  // namespace
}  // namespace seep::coordinator
