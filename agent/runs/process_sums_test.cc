#include "agent/runs/process_sums.h"

#include <gtest/gtest.h>

#include <map>

#include "agent/runs/gathered_readings.h"

namespace seep::agent {
namespace {

using Values = std::map<std::string, double>;

GaugeValue Level(const std::string& name, double value, v1::GaugeOrigin origin = v1::GAUGE_ORIGIN_OUTSIDE) {
  return {name, "bytes", v1::GAUGE_KIND_GAUGE, origin, false, value};
}
GaugeValue Count(const std::string& name, double value) {
  return {name, "count", v1::GAUGE_KIND_COUNTER, v1::GAUGE_ORIGIN_SCENARIO, true, value};
}
Values Told(ProcessSums& sums, const std::vector<ProcessSums::OfProcess>& each) {
  Values told;
  for (const GaugeValue& value : sums.Values(each)) EXPECT_TRUE(told.emplace(value.name, value.value).second) << value.name;
  return told;
}

TEST(ProcessSums, TellsTheSumAndEachPart) {
  ProcessSums sums(2);
  const Values told = Told(sums, {{{Level("rss", 10), Level("vsz", 100)}, {Count("payments", 3)}}, {{Level("rss", 30), Level("vsz", 50)}, {}}});
  const Values expected = {{"rss", 40},      {"rss.process1", 10}, {"rss.process2", 30}, {"vsz", 150},
                           {"vsz_largest", 100}, {"payments", 3}, {"payments.process1", 3}};
  EXPECT_EQ(told, expected) << "vsz says little of a single process but the largest; one without payments has paid none";
}

TEST(ProcessSums, ASumThatLacksAProcessIsNone) {
  ProcessSums sums(2);
  const Values told = Told(sums, {{{Level("rss", 10)}, {Count("payments", 3)}}, {{}, {Count("payments", 4)}}});
  EXPECT_FALSE(told.contains("rss"));
  EXPECT_EQ(told.at("rss.process1"), 10);
  EXPECT_EQ(told.at("payments"), 7) << "what was paid stays paid";
}

TEST(ProcessSums, StaysWithinARunsRoomWhateverHostsTell) {
  for (const std::size_t processes : {2u, 8u, 32u}) {
    ProcessSums sums(processes);
    ProcessSums::OfProcess one;
    for (const char* name : {"rss", "fds", "threads"}) one.measured.push_back(Level(name, 1));
    for (int i = 0; i < 60; ++i) one.measured.push_back(Level("gauge" + std::to_string(i), 1, v1::GAUGE_ORIGIN_INSIDE));
    for (int i = 0; i < 30; ++i) one.counted.push_back(Count("operation" + std::to_string(i), 1));
    const Values told = Told(sums, std::vector<ProcessSums::OfProcess>(processes, one));
    std::size_t of_processes = 0, operations = 0;
    for (const auto& [name, value] : told) {
      if (name.find(".process") == std::string::npos) continue;
      (name.starts_with("operation") ? operations : of_processes) += 1;
    }
    EXPECT_LE(of_processes, ProcessSums::kOfProcesses);
    EXPECT_LE(operations, ProcessSums::kOperationsOfProcesses);
    EXPECT_EQ(told.at("rss.process" + std::to_string(processes)), 1) << "what tells most comes first";
    EXPECT_EQ(told.at("gauge59"), static_cast<double>(processes));
  }
}

class GatheredReadingsTest : public ::testing::Test {
 protected:
  void Tell(std::size_t index, double rss) {
    seep::agent::Told told;
    told.reading.figures.rss_bytes = rss;
    gathered_.Tell(index, std::move(told));
  }
  std::vector<std::vector<double>> samples_;  // rss of each; -1: told nothing
  GatheredReadings gathered_{2, [this](const std::vector<std::optional<seep::agent::Told>>& told) {
                               samples_.emplace_back();
                               for (const auto& one : told) samples_.back().push_back(one ? one->reading.figures.rss_bytes : -1);
                             }};
};

TEST_F(GatheredReadingsTest, ASampleIsCompleteWhenAllThatLiveHaveTold) {
  gathered_.SetLives(0, true);
  gathered_.SetLives(1, true);
  Tell(0, 1);
  EXPECT_TRUE(samples_.empty());
  Tell(1, 2);
  EXPECT_EQ(samples_, (std::vector<std::vector<double>>{{1, 2}}));
  gathered_.SetLives(1, false);
  Tell(0, 3);
  EXPECT_EQ(samples_.back(), (std::vector<double>{3, -1}));
}

TEST_F(GatheredReadingsTest, ASilentOneHoldsNobodyUp) {
  gathered_.SetLives(0, true);
  gathered_.SetLives(1, true);
  Tell(0, 1);
  Tell(0, 2);
  EXPECT_EQ(samples_, (std::vector<std::vector<double>>{{1, -1}}));
  Tell(1, 5);
  EXPECT_EQ(samples_.back(), (std::vector<double>{2, 5}));
}

TEST_F(GatheredReadingsTest, OneOutOfTurnWaitsForAllItAskedFor) {
  gathered_.SetLives(0, true);
  gathered_.SetLives(1, true);
  Tell(0, 1);
  gathered_.Hold();
  Tell(1, 7);
  Tell(1, 8);
  Tell(0, 9);
  EXPECT_TRUE(samples_.empty());
  gathered_.Flush();
  EXPECT_EQ(samples_, (std::vector<std::vector<double>>{{9, 8}}));
}

}  // namespace
}  // namespace seep::agent
