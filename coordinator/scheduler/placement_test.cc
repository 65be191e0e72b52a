#include "coordinator/scheduler/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seep::coordinator {
namespace {

v1::AgentInfo Agent(std::string name, std::uint32_t slots, std::string zone = "lab") {
  v1::AgentInfo agent;
  agent.set_agent(std::move(name));
  agent.set_slots(slots);
  agent.set_connected(true);
  (*agent.mutable_labels())["zone"] = std::move(zone);
  auto* breez = agent.add_drivers();
  breez->set_name("breez");
  breez->add_versions("0.19.2");
  agent.add_drivers()->set_name("simulated-wallet");
  return agent;
}

v1::RunSpec Spec(std::string id, std::string driver = "breez", std::string version = "") {
  v1::RunSpec spec;
  spec.set_run_id(std::move(id));
  spec.mutable_target()->set_driver(std::move(driver));
  spec.mutable_target()->set_version(std::move(version));
  return spec;
}

Placement PlaceOne(const v1::RunSpec& run, std::vector<Candidate> candidates) {
  return PlaceRuns({&run}, std::move(candidates)).at(0);
}

TEST(PlaceRuns, SpreadsOverFreeSlotsAndQueuesTheRest) {
  const v1::AgentInfo a = Agent("a", 2), b = Agent("b", 1);
  const v1::RunSpec one = Spec("1"), two = Spec("2"), three = Spec("3"), four = Spec("4");
  const auto placed = PlaceRuns({&one, &two, &three, &four}, {{&b, 0}, {&a, 0}});
  EXPECT_EQ(placed[0].agent, "a");
  EXPECT_EQ(placed[1].agent, "b") << "a is half full";
  EXPECT_EQ(placed[2].agent, "a");
  EXPECT_EQ(placed[3].agent, "");
  EXPECT_EQ(placed[3].reason, "all 3 slots of the agents that fit are taken");
}

TEST(PlaceRuns, SaysWhyARunWaits) {
  v1::AgentInfo a = Agent("a", 2);
  EXPECT_EQ(PlaceOne(Spec("1"), {}).reason, "no agent is connected");
  EXPECT_EQ(PlaceOne(Spec("1", "breez", "0.15.1"), {{&a, 0}}).reason,
            "no agent has driver breez 0.15.1 (installed: 0.19.2)");
  EXPECT_EQ(PlaceOne(Spec("1", "liquid"), {{&a, 0}}).reason, "no agent has driver liquid");
  v1::RunSpec elsewhere = Spec("1");
  (*elsewhere.mutable_placement())["zone"] = "moon";
  EXPECT_EQ(PlaceOne(elsewhere, {{&a, 0}}).reason, "no agent has the labels zone=moon");
  a.set_draining(true);
  EXPECT_EQ(PlaceOne(Spec("1"), {{&a, 0}}).reason, "the agents that fit are draining");
  a.set_connected(false);
  EXPECT_EQ(PlaceOne(Spec("1"), {{&a, 0}}).reason, "no agent is connected");
}

TEST(PlaceRuns, KeepsToLabels) {
  const v1::AgentInfo lab = Agent("a", 4), home = Agent("b", 4, "home");
  v1::RunSpec run = Spec("1", "simulated-wallet");
  (*run.mutable_placement())["zone"] = "home";
  EXPECT_EQ(PlaceOne(run, {{&lab, 0}, {&home, 3}}).agent, "b");
}

TEST(PlaceRuns, DoesNotLetOneImpossibleRunBlockTheOthers) {
  const v1::AgentInfo a = Agent("a", 1);
  const v1::RunSpec stuck = Spec("1", "liquid"), fine = Spec("2");
  const auto placed = PlaceRuns({&stuck, &fine}, {{&a, 0}});
  EXPECT_EQ(placed[0].agent, "");
  EXPECT_EQ(placed[1].agent, "a");
}

}  // namespace
}  // namespace seep::coordinator
