#include "agent/runs/host_pulse.h"

#include <gtest/gtest.h>

#include <optional>

namespace seep::agent {
namespace {

using Finding = HostPulse::Finding;

// How many ticks of silence until it is called hung; none within a minute: nothing.
std::optional<int> TicksUntilHung(const std::function<bool(int tick)>& asleep, const std::function<bool(int)>& heard = [](int) { return false; }) {
  HostPulse pulse;
  for (int tick = 1; tick <= 240; ++tick) {
    if (pulse.Tick(heard(tick), true, [&] { return asleep(tick); }) == Finding::kHung) return tick;
  }
  return std::nullopt;
}

TEST(HostPulse, ASleepingHostThatOwesAnswersIsHungWithinThreeSeconds) {
  const auto ticks = TicksUntilHung([](int) { return true; });
  ASSERT_TRUE(ticks.has_value());
  EXPECT_LE(*ticks * HostPulse::kEvery, absl::Seconds(3));
}

TEST(HostPulse, IsAskedOnceBeforeItIsLookedAt) {
  HostPulse pulse;
  int asked = 0, looked = 0;
  for (int tick = 0; tick < 8; ++tick) {
    asked += pulse.Tick(false, true, [&] { return ++looked, true; }) == Finding::kAskIt;
    EXPECT_TRUE(asked > 0 || looked == 0) << tick;
  }
  EXPECT_EQ(asked, 1);
}

TEST(HostPulse, OneThatWorksOrWaitsForACoreIsNotHung) {
  EXPECT_FALSE(TicksUntilHung([](int) { return false; }).has_value());
  EXPECT_FALSE(TicksUntilHung([](int tick) { return tick % 5 != 0; }).has_value()) << "it stirs now and then";
}

TEST(HostPulse, AnyWordEndsTheSilence) {
  EXPECT_FALSE(TicksUntilHung([](int) { return true; }, [](int tick) { return tick % 5 == 0; }).has_value())
      << "a call may take a minute as long as metrics are answered";
}

TEST(HostPulse, OneThatOwesNothingMaySayNothing) {
  HostPulse pulse;
  for (int tick = 0; tick < 240; ++tick) EXPECT_EQ(pulse.Tick(false, false, [] { return true; }), Finding::kNothing);
}

}  // namespace
}  // namespace seep::agent
