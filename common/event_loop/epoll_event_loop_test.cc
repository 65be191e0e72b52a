#include "common/event_loop/epoll_event_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "common/os/system_clock.h"

namespace seep {
namespace {

TEST(EpollEventLoopTest, RunsPostedTasksInOrderFromOtherThreads) {
  SystemClock clock;
  EpollEventLoop loop(clock);
  std::vector<int> ran;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) loop.Post([&ran, i] { ran.push_back(i); });
    loop.Stop();
  });
  loop.Run();
  poster.join();
  ASSERT_EQ(ran.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
}

TEST(EpollEventLoopTest, TimersRunInDueOrderAndCancelledOnesDoNot) {
  SystemClock clock;
  EpollEventLoop loop(clock);
  std::string order;
  loop.RunAfter(absl::Milliseconds(20), [&] { order += 'c', loop.Stop(); });
  loop.RunAfter(absl::Milliseconds(5), [&] { order += 'a'; });
  loop.RunAfter(absl::Milliseconds(5), [&] { order += 'b'; });
  loop.Cancel(loop.RunAfter(absl::Milliseconds(1), [&] { order += 'x'; }));
  loop.Run();
  EXPECT_EQ(order, "abc");
}

TEST(EpollEventLoopTest, WatchesADescriptorUntilItsCallbackUnwatchesIt) {
  SystemClock clock;
  EpollEventLoop loop(clock);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  int calls = 0;
  loop.Watch(read_end.get(), EPOLLIN, [&](std::uint32_t) {
    ++calls;
    loop.Unwatch(read_end.get());  // the byte stays unread: level-triggered would call again
    loop.RunAfter(absl::Milliseconds(5), [&] { loop.Stop(); });
  });
  ASSERT_EQ(write(write_end.get(), "x", 1), 1);
  loop.Run();
  EXPECT_EQ(calls, 1);
}

TEST(EpollEventLoopTest, TryPostRefusesWhenFull) {
  SystemClock clock;
  EpollEventLoop loop(clock);
  for (int i = 0; i < EventLoop::kTryPostCapacity; ++i) ASSERT_TRUE(loop.TryPost([] {}));
  EXPECT_FALSE(loop.TryPost([] {}));
  loop.Stop();
  loop.Run();
}

TEST(EpollEventLoopTest, KnowsItsThread) {
  SystemClock clock;
  EpollEventLoop loop(clock);
  EXPECT_FALSE(loop.OnLoop());
  bool on_loop = false;
  loop.Post([&] { on_loop = loop.OnLoop(), loop.Stop(); });
  loop.Run();
  EXPECT_TRUE(on_loop);
}

}  // namespace
}  // namespace seep
