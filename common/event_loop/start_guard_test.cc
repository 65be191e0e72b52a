#include "common/event_loop/start_guard.h"

#include <atomic>
#include <thread>
#include <vector>

#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_matchers.h"

namespace seep {
namespace {

using testing::StatusIs;

TEST(StartGuardTest, RefusesASecondStart) {
  StartGuard guard("sampler");
  EXPECT_EQ(*guard.BeginStart(), 1);
  EXPECT_THAT(guard.BeginStart(), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST(StartGuardTest, RefusesAStartWhileStoppingAndAllowsItAfterwards) {
  StartGuard guard("sampler");
  ASSERT_OK(guard.BeginStart());
  ASSERT_TRUE(guard.BeginStop());
  EXPECT_FALSE(guard.BeginStop());
  EXPECT_THAT(guard.BeginStart(), StatusIs(absl::StatusCode::kUnavailable));
  guard.FinishStop();
  EXPECT_EQ(*guard.BeginStart(), 2);
}

int ThreadCount() {
  const auto status = ReadFile("/proc/self/status");
  const auto at = status->find("\nThreads:");
  return std::stoi(status->substr(at + 9));
}

// Seed 004's bug: Start called again and again, each making a thread.
TEST(StartGuardTest, TenThousandStartsAndStopsFromEightThreadsLeaveNoThread) {
  StartGuard guard("worker");
  std::thread worker;
  std::atomic<bool> stop{false};
  std::atomic<int> alive{0}, most_alive{0};
  const int threads_before = ThreadCount();
  auto start = [&] {
    if (!guard.BeginStart().ok()) return;
    stop = false;
    worker = std::thread([&] {
      most_alive = std::max(most_alive.load(), ++alive);
      stop.wait(false);
      --alive;
    });
  };
  auto end = [&] {
    if (!guard.BeginStop()) return;
    // The winner of BeginStart may still be assigning `worker`.
    while (!worker.joinable()) std::this_thread::yield();
    stop = true;
    stop.notify_all();
    worker.join();
    guard.FinishStop();
  };
  // `worker` is handed from starter to stopper; a mutex stands in for the
  // owner's own ordering so that the test itself has no race.
  absl::Mutex handover;
  std::vector<std::thread> callers;
  for (std::uint64_t caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      Random random(caller);
      for (int i = 0; i < 1250; ++i) {
        absl::MutexLock lock(&handover);
        random.Below(2) == 0 ? start() : end();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  end();
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(most_alive, 1);
  EXPECT_EQ(ThreadCount(), threads_before);
  EXPECT_GT(guard.generation(), 100);
}

}  // namespace
}  // namespace seep
