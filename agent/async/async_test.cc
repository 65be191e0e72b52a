#include "agent/async/async.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/async/shared_gate.h"
#include "agent/async/waiting.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"

namespace seep::agent {
namespace {

class AsyncTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
};

Async<int> Doubled(StopSignal& stop, int value) {
  co_await stop.Sleep(absl::Seconds(1));
  co_return value * 2;
}

Async<void> AddUp(StopSignal& stop, int count, long& sum) {
  for (int i = 0; i < count; ++i) sum += co_await Doubled(stop, i);
}

TEST_F(AsyncTest, AWeekOfSleepsTakesNoRealTime) {
  StopSignal stop(loop_);
  long sum = 0;
  bool over = false;
  Spawn(AddUp(stop, 100'000, sum), [&] { over = true; });
  loop_.Advance(absl::Seconds(99'999));
  EXPECT_FALSE(over);
  loop_.Advance(absl::Seconds(1));
  EXPECT_TRUE(over);
  EXPECT_EQ(sum, 99'999L * 100'000);
}

Async<void> SleepLong(StopSignal& stop, std::vector<bool>& slept) {
  slept.push_back(co_await stop.Sleep(absl::Hours(1)));
  slept.push_back(co_await stop.Sleep(absl::Hours(1)));
}

TEST_F(AsyncTest, StoppingWakesSleepersAndKeepsThemAwake) {
  StopSignal stop(loop_);
  std::vector<bool> slept;
  TaskGroup group(loop_);
  group.Add(SleepLong(stop, slept));
  group.Add(SleepLong(stop, slept));
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(group.running(), 2);
  stop.Stop();
  EXPECT_EQ(group.running(), 2) << "resumes through the loop only";
  loop_.RunReady();
  EXPECT_EQ(group.running(), 0);
  EXPECT_EQ(slept, (std::vector<bool>{false, false, false, false}));
}

Async<void> ReadAll(Inbox<std::string>& inbox, std::string& text) {
  while (true) {
    const std::string word = co_await inbox.Next();
    if (word.empty()) co_return;
    text += word;
  }
}

TEST_F(AsyncTest, AnInboxKeepsTheOrder) {
  Inbox<std::string> inbox(loop_);
  std::string text;
  bool over = false;
  inbox.Push("a");
  Spawn(ReadAll(inbox, text), [&] { over = true; });
  inbox.Push("b");
  inbox.Push("c");
  loop_.RunReady();
  inbox.Push("d");
  inbox.Push("");
  loop_.RunReady();
  EXPECT_TRUE(over);
  EXPECT_EQ(text, "abcd");
}

TEST_F(AsyncTest, OneIsAloneInsideAGateOrManyAreTogether) {
  StopSignal stop(loop_);
  SharedGate gate(loop_);
  int inside = 0, most = 0, over = 0;
  bool lonely = true;
  const auto visit = [&](bool alone) -> Async<void> {
    if (alone) co_await gate.EnterAlone();
    else co_await gate.Enter();
    most = std::max(most, ++inside);
    co_await stop.Sleep(absl::Seconds(1));
    if (alone && inside != 1) lonely = false;
    --inside;
    gate.Leave();
    ++over;
  };
  for (const bool alone : {false, false, true, false, true, true, false, false, false}) Spawn(visit(alone));
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(over, 2) << "who came after one that waits to be alone waits behind it";
  loop_.Advance(absl::Seconds(5));
  EXPECT_EQ(over, 9);
  EXPECT_EQ(most, 3);
  EXPECT_TRUE(lonely);
}

TEST_F(AsyncTest, WorkThatTakesTooLongGoesOnInItsGroup) {
  StopSignal stop(loop_);
  TaskGroup group(loop_);
  std::vector<bool> slept;
  std::optional<bool> in_time;
  const auto wait = [&](absl::Duration limit) -> Async<void> {
    in_time = co_await FinishedWithin(loop_, group, limit, SleepLong(stop, slept));
  };
  Spawn(wait(absl::Seconds(5)));
  loop_.Advance(absl::Seconds(5));
  EXPECT_EQ(in_time, false);
  EXPECT_EQ(group.running(), 1);
  Spawn(wait(absl::Hours(3)));
  loop_.Advance(absl::Hours(3));
  EXPECT_EQ(in_time, true);
  EXPECT_EQ(group.running(), 0);
}

}  // namespace
}  // namespace seep::agent
