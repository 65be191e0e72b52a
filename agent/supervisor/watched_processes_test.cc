// Processes besides SDK hosts: allowed commands, attaching, loads, floods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/supervisor/attached_process.h"
#include "agent/supervisor/launch.h"
#include "agent/supervisor/load_command.h"
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

TEST(AllowedProcess, TakesFromASpecOnlyWhatItsEntryLeavesOpen) {
  AllowedCommand entry;
  entry.command = {"/bin/server", "--port={port}", "--dir={work}/{generation}"};
  entry.parameters["port"] = {"[0-9]+", "80"};
  entry.spec_environment = {"TZ"};
  entry.environment = {{"MODE", "g{generation}"}};
  ASSERT_OK_AND_ASSIGN(const ChildOptions options,
                       AllowedProcess("target s", entry, {{{"port", "81"}}, {{"TZ", "UTC"}}}, {"/work", 3}, {"SEEP_RUN=e/r"}));
  EXPECT_THAT(options.argv, ElementsAre("/bin/server", "--port=81", "--dir=/work/3"));
  EXPECT_THAT(options.environment, Contains("TZ=UTC"));
  EXPECT_THAT(options.environment, Contains("MODE=g3"));
  EXPECT_THAT(options.environment, Contains("SEEP_RUN=e/r"));
  EXPECT_EQ(options.working_directory, "/work");
  EXPECT_THAT(AllowedProcess("target s", entry, {{}, {{"HOME", "/root"}}}, {"/work", 1}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("may not set the variable HOME")));
  // A value that looks like a placeholder stays what it is.
  entry.parameters["port"].pattern = ".*";
  ASSERT_OK_AND_ASSIGN(const ChildOptions odd, AllowedProcess("target s", entry, {{{"port", "{work}"}}, {}}, {"/work", 1}, {}));
  EXPECT_EQ(odd.argv[1], "--port={work}");
}

class WatchedProcessesTest : public ::testing::Test {
 protected:
  // Runs the loop until `done`, 20 s at most; once a test, for a loop that was
  // stopped does not run again.
  void RunUntil(const std::function<bool()>& done) {
    deadline_ = loop_.clock().Now() + absl::Seconds(20);
    Poll(done);
    loop_.Run();
    EXPECT_TRUE(done());
  }
  void Poll(const std::function<bool()>& done) {
    if (done() || loop_.clock().Now() > deadline_) return loop_.Stop();
    loop_.RunAfter(absl::Milliseconds(5), [this, done] { Poll(done); });
  }
  // What other processes do needs no loop.
  void WaitFor(const std::function<bool()>& done) {
    const MonotonicTime deadline = clock_.Now() + absl::Seconds(20);
    while (!done() && clock_.Now() < deadline) sched_yield();
    EXPECT_TRUE(done());
  }
  ChildProcess Sleeper(const std::string& program = "/bin/sleep") {
    ChildOptions options;
    options.argv = {program, "300"};
    auto child = ChildProcess::Start(options);
    EXPECT_OK(child);
    return *std::move(child);
  }
  static ChildOptions Script(const std::string& script) {
    ChildOptions options;
    options.argv = {"/bin/sh", "-c", script};
    options.environment = {"PATH=/usr/bin:/bin"};
    options.standard_output = options.standard_error = Stdio::kPipe;
    return options;
  }

  TempDirectory directory_ = *TempDirectory::Create("seep-watched-test");
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  OrphanReaper reaper_;
  LogLines log_{clock_};
  MonotonicTime deadline_;
};

TEST_F(WatchedProcessesTest, FindsByPidFileAndSeesTheEnd) {
  ChildProcess sleeper = Sleeper();
  AttachRule rule;
  rule.pid_file = directory_.path() + "/s.pid";
  EXPECT_THAT(FindProcess(rule), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(WriteFileAtomically(rule.pid_file, absl::StrCat(sleeper.pid(), "\n")));
  ASSERT_OK_AND_ASSIGN(const ProcessIdentity found, FindProcess(rule));
  EXPECT_EQ(found.pid, sleeper.pid());
  EXPECT_EQ(found.start_time_ticks, sleeper.start_time_ticks());
  bool ended = false;
  ASSERT_OK_AND_ASSIGN(const auto attached, AttachedProcess::Watch(loop_, found, [&] { ended = true; }));
  kill(sleeper.pid(), SIGKILL);
  RunUntil([&] { return ended; });
  EXPECT_TRUE(attached->ended());
}

TEST_F(WatchedProcessesTest, AReusedPidIsNotTheProcess) {
  ChildProcess sleeper = Sleeper();
  const ProcessIdentity earlier{sleeper.pid(), sleeper.start_time_ticks() - 1};
  EXPECT_THAT(AttachedProcess::Watch(loop_, earlier, [] {}), StatusIs(absl::StatusCode::kNotFound));
  for (const char* text : {"", "abc", "-5", "1", "0"}) {
    AttachRule rule;
    rule.pid_file = directory_.path() + "/bad.pid";
    ASSERT_OK(WriteFileAtomically(rule.pid_file, text));
    EXPECT_THAT(FindProcess(rule), StatusIs(absl::StatusCode::kFailedPrecondition)) << text;
  }
}

TEST_F(WatchedProcessesTest, LettingGoLeavesTheProcessAlone) {
  ChildProcess sleeper = Sleeper();
  {
    const auto attached = AttachedProcess::Watch(loop_, {sleeper.pid(), sleeper.start_time_ticks()}, [] {});
    ASSERT_OK(attached);
  }
  EXPECT_TRUE(sleeper.running());
}

TEST_F(WatchedProcessesTest, FindsByExactExecutableAndSaysWhenThereAreSeveral) {
  const std::string program = directory_.path() + "/lonely-sleep";
  ASSERT_EQ(std::system(("cp /bin/sleep " + program).c_str()), 0);
  AttachRule rule;
  rule.executable = program;
  EXPECT_THAT(FindProcess(rule), StatusIs(absl::StatusCode::kNotFound));
  ChildProcess first = Sleeper(program);
  WaitFor([&] { return FindProcess(rule).ok(); });  // between fork and exec it runs this test
  EXPECT_EQ(FindProcess(rule)->pid, first.pid());
  ChildProcess second = Sleeper(program);
  WaitFor([&] { return FindProcess(rule).status().code() == absl::StatusCode::kFailedPrecondition; });
  EXPECT_THAT(FindProcess(rule), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("pid file")));
}

TEST_F(WatchedProcessesTest, FindsTheMainProcessOfAUnit) {
  ChildProcess sleeper = Sleeper();
  ASSERT_OK(MakeDirectories(directory_.path() + "/system.slice/s.service", 0700));
  ASSERT_OK(WriteFileAtomically(directory_.path() + "/system.slice/s.service/cgroup.procs", absl::StrCat(sleeper.pid(), "\n")));
  AttachRule rule;
  rule.unit = "s.service";
  ASSERT_OK_AND_ASSIGN(const ProcessIdentity found, FindProcess(rule, directory_.path()));
  EXPECT_EQ(found.pid, sleeper.pid());
  rule.unit = "other.service";
  EXPECT_THAT(FindProcess(rule, directory_.path()), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(WatchedProcessesTest, ALoadKeepsItsExitCodeAndCountsItsOperations) {
  LoadCommand load(loop_, reaper_, log_, "bench");
  std::vector<v1::LoadStatus> ends;
  std::map<std::string, double> first_counters;
  const auto start = [&](const std::string& script, std::function<void(bool)> ended) {
    ASSERT_OK(load.Start(Script(script), "SEEP_TEST=load", std::move(ended)));
  };
  start("echo 'SEEP requests=40'; echo 'SEEP Bad=1'; echo SEEP x=nan; exit 3", [&](bool success) {
    EXPECT_FALSE(success);
    ends.push_back(load.status());
    first_counters = load.Counters();
    // Not from inside its own end, as the run does it.
    loop_.Post([&] { start("echo 'SEEP requests=2'", [&](bool good) {
      EXPECT_TRUE(good);
      ends.push_back(load.status());
    }); });
  });
  RunUntil([&] { return ends.size() == 2; });
  ASSERT_EQ(ends.size(), 2u);
  EXPECT_EQ(ends[0].exit_code(), 3);
  EXPECT_EQ(ends[0].failed(), 1u);
  EXPECT_THAT(first_counters, ElementsAre(std::pair<const std::string, double>("load.requests", 40)));
  EXPECT_EQ(load.Counters().at("load.requests"), 42);
  EXPECT_EQ(ends[1].ended(), 2u);
  EXPECT_EQ(ends[1].failed(), 1u);
}

TEST_F(WatchedProcessesTest, AStoppedLoadLeavesNothingAndTellsNothing) {
  LoadCommand load(loop_, reaper_, log_, "bench");
  bool told = false;
  ASSERT_OK(load.Start(Script("sleep 300 & sleep 300"), "SEEP_TEST=stopped", [&](bool) { told = true; }));
  const pid_t pid = load.pid();
  load.Stop();
  EXPECT_TRUE(ProcessTree(pid).empty());
  EXPECT_EQ(load.status().last_end(), "stopped by Seep");
  loop_.RunAfter(absl::Milliseconds(20), [this] { loop_.Stop(); });
  loop_.Run();
  EXPECT_FALSE(told);
}

// 200 MB without pause, half of it without a line's end and with NULs: the
// writer is never held up, and what is kept stays within the rate.
TEST_F(WatchedProcessesTest, AFloodHoldsUpNobodyAndIsCounted) {
  TargetProcess::Ports ports;
  std::optional<ExitStatus> ended;
  ports.output = [&](std::string_view bytes) { log_.AddBytes("stdout", bytes); };
  ports.error_output = [&](std::string_view bytes) { log_.AddBytes("stderr", bytes); };
  ports.exited = [&](ExitStatus status) { ended = status; };
  const MonotonicTime begin = clock_.Now();
  ASSERT_OK_AND_ASSIGN(const auto flood,
                       TargetProcess::Start(loop_, reaper_, Script("yes flood | head -c 100000000; head -c 100000000 /dev/zero >&2; echo last"),
                                            "SEEP_TEST=flood", std::move(ports)));
  RunUntil([&] { return ended.has_value(); });
  ASSERT_TRUE(ended.has_value());
  EXPECT_TRUE(ended->success());
  const double seconds = absl::ToDoubleSeconds(clock_.Now() - begin);
  RecordProperty("flood_mb_per_second", static_cast<int>(200 / seconds));
  const v1::LogBatch batch = log_.Take("r-1");
  std::size_t bytes = 0;
  for (const v1::LogLine& line : batch.lines()) {
    bytes += line.text().size();
    EXPECT_THAT(line.text(), Not(HasSubstr(std::string(1, '\0'))));
  }
  EXPECT_LT(static_cast<double>(bytes), (2 + seconds) * 64 * 1024 + 4096);
  EXPECT_GT(log_.dropped_in_all(), 1'000'000u);
}

}  // namespace
}  // namespace seep::agent
