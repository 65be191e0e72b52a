#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/supervisor/companion.h"
#include "agent/supervisor/launch.h"
#include "agent/supervisor/log_lines.h"
#include "agent/supervisor/run_directory.h"
#include "common/clock/fake_clock.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Launch, BuildsACommandFromTheAllowListAlone) {
  Driver driver;
  driver.command = {"/opt/host.sh", "--sdk-version", "{version}"};
  driver.environment = {{"A", "b"}};
  ASSERT_OK_AND_ASSIGN(const ChildOptions options, TargetCommand(driver, "0.19.2", {"/work", {}, {"SEEP_RUN=e/r"}}));
  EXPECT_THAT(options.argv, ElementsAre("/opt/host.sh", "--sdk-version", "0.19.2"));
  EXPECT_THAT(options.environment, Contains("A=b"));
  EXPECT_THAT(options.environment, Contains("SEEP_RUN=e/r"));
  EXPECT_THAT(options.environment, Contains("TMPDIR=/work"));
  for (const std::string& variable : options.environment) {
    EXPECT_THAT(variable, Not(::testing::StartsWith("LD_")));
    EXPECT_THAT(variable, Not(::testing::StartsWith("PATH=")));
  }
}

TEST(LogLines, CutsCapsAndCounts) {
  FakeClock clock;
  LogLines log(clock);
  log.AddBytes("stderr", "one\ntw");
  log.AddBytes("stderr", "o\x1b[31m\n" + std::string(10'000, 'x'));
  log.AddBytes("stderr", std::string(10'000, 'x') + "\nlast\n");
  const v1::LogBatch batch = log.Take("r-1");
  ASSERT_EQ(batch.lines_size(), 4);
  EXPECT_EQ(batch.lines(1).text(), "two?[31m");
  EXPECT_EQ(batch.lines(2).text().size(), 4096u);
  EXPECT_EQ(batch.lines(3).text(), "last");
}

TEST(LogLines, AFloodCostsItsRateAndNoMore) {
  FakeClock clock;
  LogLines log(clock);
  int kept = 0;
  std::uint64_t dropped = 0;
  for (int second = 0; second < 10; ++second) {
    for (int i = 0; i < 10'000; ++i) log.AddBytes("stderr", "noise\n");
    const v1::LogBatch batch = log.Take("r-1");
    kept += batch.lines_size();
    dropped += batch.dropped_lines();
    clock.Advance(absl::Seconds(1));
  }
  EXPECT_LE(kept, 12 * 200);
  EXPECT_EQ(static_cast<std::uint64_t>(kept) + dropped, 100'000u);
}

TEST(RunId, IsSafeAsADirectory) {
  EXPECT_TRUE(IsRunId("r-0001"));
  for (const char* id : {"", "..", ".", "a/b", "../x", "a b", "-\n"}) EXPECT_FALSE(IsRunId(id)) << id;
}

class LeftoversTest : public ::testing::Test {
 protected:
  LeftoversTest() { EXPECT_OK(run_.Create()); }
  static ChildProcess Sleeper(const std::string& mark) {
    ChildOptions options;
    options.argv = {"/bin/sleep", "1000"};
    options.environment = {mark};
    return *ChildProcess::Start(options);
  }
  TempDirectory directory_ = *TempDirectory::Create("seep-leftovers-test");
  RunDirectory run_{directory_.path(), "r-1"};
};

TEST_F(LeftoversTest, KillsWhatTheJournalNamesAndWhatCarriesTheMark) {
  ChildProcess named = Sleeper("X=y"), marked = Sleeper("SEEP_RUN=epoch/r-1"), decoy = Sleeper("SEEP_RUN=other/r-1");
  ASSERT_OK(run_.NoteProcess(named.pid(), named.start_time_ticks()));
  // A pid that was reused: same number, another start time.
  ASSERT_OK(run_.NoteProcess(decoy.pid(), decoy.start_time_ticks() - 1));
  EXPECT_EQ(run_.KillLeftovers("SEEP_RUN=epoch/r-1"), 2);
  EXPECT_TRUE(named.WaitFor(absl::Seconds(5)).has_value());
  EXPECT_TRUE(marked.WaitFor(absl::Seconds(5)).has_value() || !marked.running());
  EXPECT_TRUE(decoy.running()) << "not ours: survives";
}

class CompanionTest : public ::testing::Test {
 protected:
  absl::StatusOr<Companion::Endpoints> StartAndWait(const std::string& script) {
    ChildOptions options;
    options.argv = {"/bin/sh", "-c", script};
    options.standard_input = options.standard_output = options.standard_error = Stdio::kPipe;
    absl::StatusOr<Companion::Endpoints> result = absl::InternalError("never answered");
    auto companion = Companion::Start(loop_, reaper_, "simnet", options, "",
                                      {[&](absl::StatusOr<Companion::Endpoints> endpoints) {
                                         result = std::move(endpoints);
                                         loop_.Stop();
                                       },
                                       nullptr, nullptr});
    if (!companion.ok()) return companion.status();
    loop_.Run();
    return result;
  }
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  OrphanReaper reaper_;
};

TEST_F(CompanionTest, IsReadyWhenItSaysSo) {
  ASSERT_OK_AND_ASSIGN(const auto endpoints,
                       StartAndWait(R"(echo '{"ready":true,"endpoints":{"ledger":"127.0.0.1:7"}}'; cat)"));
  EXPECT_EQ(endpoints.at("ledger"), "127.0.0.1:7");
}

TEST_F(CompanionTest, EndingFirstIsAnError) {
  EXPECT_THAT(StartAndWait("exit 9"), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("simnet ended: exit 9")));
}

TEST_F(CompanionTest, AnotherLineThanTheReadyLineIsAnError) {
  EXPECT_THAT(StartAndWait("echo hello; cat"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("hello")));
}

TEST(OrphanReaper, ReapsOrphansAndLeavesChildrenToTheirOwners) {
  ASSERT_OK(BecomeSubreaper());
  OrphanReaper reaper;
  ChildOptions options;
  options.argv = {"/bin/sh", "-c", "(sleep 0.05 &) ; exit 4"};
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(options));
  reaper.Own(child.pid());
  ASSERT_TRUE(child.WaitFor(absl::Seconds(5)).has_value());
  reaper.Disown(child.pid());
  const SystemClock clock;
  const MonotonicTime deadline = clock.Now() + absl::Seconds(10);
  int reaped = 0;
  while (reaped == 0 && clock.Now() < deadline) reaped = reaper.Reap();
  EXPECT_EQ(reaped, 1);
  EXPECT_EQ(child.TryWait()->code, 4);
}

}  // namespace
}  // namespace seep::agent
