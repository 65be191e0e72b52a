#include "agent/supervisor/sleeping_tree.h"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/os/child_process.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

ChildProcess Start(std::vector<std::string> argv) {
  ChildOptions options;
  options.argv = std::move(argv);
  options.standard_output = Stdio::kNull;
  auto child = ChildProcess::Start(options);
  EXPECT_OK(child.status());
  return *std::move(child);
}

// Whether some look within a minute finds it asleep.
bool FallsAsleep(pid_t pid) {
  SleepingTree tree(pid);
  for (const absl::Time end = absl::Now() + absl::Minutes(1); absl::Now() < end; absl::SleepFor(absl::Milliseconds(20))) {
    if (tree.Asleep()) return true;
  }
  return false;
}

// Whether none of some looks finds it asleep.
bool StaysAwake(pid_t pid) {
  SleepingTree tree(pid);
  for (int look = 0; look < 50; ++look) {
    if (tree.Asleep()) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

TEST(SleepingTree, OneThatWaitsForNothingSleeps) {
  const ChildProcess sleeper = Start({"/bin/sleep", "600"});
  EXPECT_TRUE(FallsAsleep(sleeper.pid()));
}

TEST(SleepingTree, OneThatComputesDoesNot) {
  const ChildProcess busy = Start({"/bin/sh", "-c", "while :; do :; done"});
  EXPECT_TRUE(StaysAwake(busy.pid()));
}

// A debugger, a pause fault: it goes on when they say so, and is not to be killed for it.
TEST(SleepingTree, OneThatWasStoppedIsPausedNotAsleep) {
  ChildProcess sleeper = Start({"/bin/sleep", "600"});
  ASSERT_TRUE(FallsAsleep(sleeper.pid()));
  sleeper.Signal(SIGSTOP);
  siginfo_t stopped{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(sleeper.pid()), &stopped, WSTOPPED), 0);
  EXPECT_TRUE(StaysAwake(sleeper.pid()));
  sleeper.Signal(SIGCONT);
  EXPECT_TRUE(FallsAsleep(sleeper.pid()));
}

TEST(SleepingTree, OneThatIsGoneIsNotAsleep) { EXPECT_FALSE(SleepingTree(1 << 30).Asleep()); }

}  // namespace
}  // namespace seep::agent
