#include "coordinator/chaos/fault_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/checksum/crc32c.h"
#include "coordinator/chaos/chaos_clock.h"

namespace seep::coordinator {
namespace {

v1::ChaosSpec Restarts(std::uint64_t low, std::uint64_t high, std::uint32_t most = 0, std::uint64_t first = 0) {
  v1::ChaosSpec chaos;
  auto* restart = chaos.add_restarts();
  restart->set_kind(v1::FAULT_KIND_KILL);
  restart->set_min_interval_ms(low);
  restart->set_max_interval_ms(high);
  restart->set_max_faults(most);
  restart->set_first_after_ms(first);
  return chaos;
}

std::vector<v1::FaultOrder> All(FaultSchedule schedule) {
  std::vector<v1::FaultOrder> orders;
  for (; schedule.Next(); schedule.Advance()) orders.push_back(*schedule.Next());
  return orders;
}

TEST(FaultSchedule, StrikesOneOfSeveralProcessesAtTheSameTimes) {
  const auto alone = All(FaultSchedule(Restarts(10'000, 20'000), 7, "r-1", 3'600'000));
  const auto of_four = All(FaultSchedule(Restarts(10'000, 20'000), 7, "r-1", 3'600'000, 4));
  ASSERT_EQ(alone.size(), of_four.size());
  std::map<std::uint32_t, int> struck;
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].process(), 0u);
    EXPECT_EQ(alone[i].planned_at_ms(), of_four[i].planned_at_ms()) << "more processes move no fault";
    ++struck[of_four[i].process()];
  }
  ASSERT_EQ(struck.size(), 4u);
  EXPECT_EQ(struck.begin()->first, 1u);
  for (const auto& [process, times] : struck) EXPECT_GT(times, 30) << process;
  v1::ChaosSpec all = Restarts(10'000, 20'000);
  all.mutable_restarts(0)->set_all_processes(true);
  for (const auto& order : All(FaultSchedule(all, 7, "r-1", 3'600'000, 4))) EXPECT_EQ(order.process(), 0u);
}

TEST(FaultSchedule, StaysWithinTheIntervalsAndTheRun) {
  const auto orders = All(FaultSchedule(Restarts(10'000, 20'000, 0, 5000), 1, "r-1", 3'600'000));
  ASSERT_GT(orders.size(), 180u);
  std::uint64_t last = 5000;
  for (const auto& order : orders) {
    EXPECT_GE(order.planned_at_ms(), last + 10'000);
    EXPECT_LE(order.planned_at_ms(), last + 20'000);
    EXPECT_LT(order.planned_at_ms(), 3'600'000u);
    last = order.planned_at_ms();
  }
  EXPECT_EQ(orders[0].fault_id(), "r-1-f1.1");
}

TEST(FaultSchedule, IsTheSameForTheSameSeedByteForByte) {
  v1::ChaosSpec chaos = Restarts(30'000, 120'000);
  *chaos.add_restarts() = Restarts(60'000, 60'000).restarts(0);
  chaos.mutable_restarts(1)->set_kind(v1::FAULT_KIND_GRACEFUL);
  std::string bytes;
  for (const auto& order : All(FaultSchedule(chaos, 42, "r-1", 86'400'000))) bytes += order.SerializeAsString();
  // Golden: a change of this number is a change of every recorded plan.
  EXPECT_EQ(Crc32c(bytes), 2823244949u);
  std::string other;
  for (const auto& order : All(FaultSchedule(chaos, 43, "r-1", 86'400'000))) other += order.SerializeAsString();
  EXPECT_NE(bytes, other);
}

TEST(FaultSchedule, KeepsEachEntryToItsOwnChance) {
  v1::ChaosSpec two = Restarts(30'000, 120'000);
  *two.add_restarts() = Restarts(10'000, 90'000).restarts(0);
  std::vector<std::uint64_t> alone, beside;
  for (const auto& order : All(FaultSchedule(Restarts(30'000, 120'000), 7, "r", 3'600'000))) {
    alone.push_back(order.planned_at_ms());
  }
  std::uint64_t last = 0;
  for (const auto& order : All(FaultSchedule(two, 7, "r", 3'600'000))) {
    EXPECT_GE(order.planned_at_ms(), last) << "in the order of time";
    last = order.planned_at_ms();
    if (order.fault_id().find("-f1.") != std::string::npos) beside.push_back(order.planned_at_ms());
  }
  EXPECT_EQ(alone, beside);
}

TEST(FaultSchedule, EndsAtTheLimit) {
  EXPECT_EQ(All(FaultSchedule(Restarts(1000, 1000, 3), 1, "r", 3'600'000)).size(), 3u);
  EXPECT_TRUE(All(FaultSchedule(Restarts(1000, 1000), 1, "r", 1000)).empty());
  EXPECT_TRUE(All(FaultSchedule({}, 1, "r", 1000)).empty());
}

TEST(ChaosClock, TrustsSamplesOverTheCalendar) {
  ChaosClock clock;
  const MonotonicTime now(absl::Hours(1));
  EXPECT_FALSE(clock.known());
  clock.NoteRoughElapsed(now, absl::Hours(3));  // a calendar that jumped
  clock.NoteElapsed(now, absl::Seconds(10));
  EXPECT_EQ(clock.Elapsed(now), absl::Seconds(10));
  clock.NoteElapsed(now + absl::Seconds(60), absl::Seconds(20));  // an old one, from the spool
  EXPECT_EQ(clock.Elapsed(now), absl::Seconds(10));
  clock.NoteElapsed(now + absl::Seconds(1), absl::Seconds(12));
  EXPECT_EQ(clock.Elapsed(now), absl::Seconds(11));
}

}  // namespace
}  // namespace seep::coordinator
