#include "common/event_loop/simulated_event_loop.h"

#include <gtest/gtest.h>

namespace seep {
namespace {

TEST(SimulatedEventLoopTest, AWeekOfMinutesPassesAtOnce) {
  FakeClock clock;
  SimulatedEventLoop loop(clock);
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    loop.RunAfter(absl::Minutes(1), [&] { tick(); });
  };
  loop.RunAfter(absl::Minutes(1), [&] { tick(); });
  loop.Advance(absl::Hours(24 * 7));
  EXPECT_EQ(ticks, 7 * 24 * 60);
}

TEST(SimulatedEventLoopTest, RunUntilStopsAtTheMomentTheConditionHolds) {
  FakeClock clock;
  SimulatedEventLoop loop(clock);
  const MonotonicTime start = clock.Now();
  bool done = false;
  loop.RunAfter(absl::Seconds(3), [&] { done = true; });
  EXPECT_TRUE(loop.RunUntil([&] { return done; }, absl::Hours(1)));
  EXPECT_EQ(clock.Now() - start, absl::Seconds(3));
  EXPECT_FALSE(loop.RunUntil([] { return false; }, absl::Hours(1)));
}

TEST(SimulatedEventLoopTest, CancelledTimersDoNotRun) {
  FakeClock clock;
  SimulatedEventLoop loop(clock);
  bool ran = false;
  loop.Cancel(loop.RunAfter(absl::Seconds(1), [&] { ran = true; }));
  loop.Advance(absl::Minutes(1));
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace seep
